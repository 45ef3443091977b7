{{- define "hub.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end -}}

{{/* Labels that never change: selectors are made of them. Takes [root, component]. */}}
{{- define "hub.selector" -}}
app.kubernetes.io/name: {{ (index . 0).Chart.Name }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "hub.labels" -}}
{{ include "hub.selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version }}
{{- end -}}

{{/* Takes [root, repository]. */}}
{{- define "hub.image" -}}
{{- $root := index . 0 -}}
{{- with $root.Values.image.registry }}{{ . }}/{{ end }}{{ index . 1 }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion }}
{{- end -}}

{{- define "hub.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "hub.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end -}}

{{- define "hub.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .Values.podSecurity.runAsUser }}
runAsGroup: {{ .Values.podSecurity.runAsUser }}
fsGroup: {{ .Values.podSecurity.fsGroup }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "hub.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* A variable from a Secret. Takes [variable, {name, key}]. */}}
{{- define "hub.secretEnv" -}}
{{- with index . 1 }}
- name: {{ index $ 0 }}
  valueFrom: {secretKeyRef: {name: {{ .name }}, key: {{ .key }}}}
{{- end }}
{{- end -}}

{{/* Where the database is, over TLS when an authority is named. */}}
{{- define "hub.databaseEnv" -}}
{{- include "hub.secretEnv" (list "DATABASE_URL" .Values.secrets.databaseUrl) }}
{{- with .Values.tls.databaseCa }}{{ if or .secret .configMap }}
- name: DATABASE_CA_FILE
  value: /etc/ha-mcp-hub/database/{{ .key }}
{{- end }}{{ end }}
{{- end -}}

{{/* For what migrates. */}}
{{- define "hub.directEnv" -}}
{{- if .Values.secrets.databaseDirectUrl.name }}
{{- include "hub.secretEnv" (list "DATABASE_DIRECT_URL" .Values.secrets.databaseDirectUrl) }}
{{- end }}
{{- end -}}

{{/* What hubs and workers of a cluster share. */}}
{{- define "hub.clusterEnv" -}}
{{- include "hub.databaseEnv" . }}
{{- include "hub.secretEnv" (list "REDIS_URL" .Values.secrets.redisUrl) }}
{{- with .Values.tls.redisCa }}{{ if or .secret .configMap }}
- name: REDIS_CA_FILE
  value: /etc/ha-mcp-hub/redis/{{ .key }}
{{- end }}{{ end }}
{{- include "hub.secretEnv" (list "HUB_KEYS" .Values.secrets.hubKeys) }}
{{- end -}}

{{/* Where backups of homes go; the keys of a bucket come from a Secret. */}}
{{- define "hub.backupEnv" -}}
{{- with .Values.backups }}{{ if .store }}
- {name: BACKUP_STORE, value: {{ .store | quote }}}
- {name: AWS_REGION, value: {{ .region | quote }}}
{{- with .endpoint }}
- {name: AWS_ENDPOINT_URL, value: {{ . | quote }}}
{{- end }}
{{- if $.Values.secrets.s3AccessKeyId.name }}
{{- include "hub.secretEnv" (list "AWS_ACCESS_KEY_ID" $.Values.secrets.s3AccessKeyId) }}
{{- include "hub.secretEnv" (list "AWS_SECRET_ACCESS_KEY" $.Values.secrets.s3SecretAccessKey) }}
{{- end }}
{{- end }}{{ end }}
{{- end -}}

{{- define "hub.observedEnv" -}}
{{- with .Values.settings }}
- {name: LOG_LEVEL, value: {{ .logLevel }}}
{{- with .otlpEndpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
{{- end }}
- {name: TRACES_KEEP_PERCENT, value: {{ .tracesKeepPercent | quote }}}
- {name: TRACES_SLOW_MS, value: {{ .tracesSlowMs | int | quote }}}
{{- end }}
{{- end -}}

{{/* What only a hub is told. */}}
{{- define "hub.hubEnv" -}}
- {name: DRAIN_SECONDS, value: {{ .Values.shutdown.drainSeconds | quote }}}
{{- with .Values.settings }}
{{- with .publicUrls }}
- {name: PUBLIC_URL, value: {{ join "," . | quote }}}
{{- end }}
{{- with .trustedProxies }}
- {name: TRUSTED_PROXIES, value: {{ join "," . | quote }}}
{{- end }}
- {name: DEFAULT_CEILING, value: {{ .defaultCeiling }}}
{{- if not (kindIs "invalid" .allowPrivateAddresses) }}
- {name: ALLOW_PRIVATE_ADDRESSES, value: {{ .allowPrivateAddresses | quote }}}
{{- end }}
- {name: SWEEP_MINUTES, value: {{ .sweepMinutes | int | quote }}}
- {name: EDITS_MAX_COUNT, value: {{ .edits.maxCount | int | quote }}}
- {name: EDITS_MAX_DAYS, value: {{ .edits.maxDays | int | quote }}}
- {name: EDITS_MAX_MB, value: {{ .edits.maxMb | int | quote }}}
- {name: AUDIT_MAX_DAYS, value: {{ .auditMaxDays | int | quote }}}
- {name: JOBS_MAX_DAYS, value: {{ .jobsMaxDays | int | quote }}}
{{- end }}
{{- end -}}

{{/* Volumes of the authorities. Takes [root, with Redis]. */}}
{{- define "hub.caVolumes" -}}
{{- $root := index . 0 }}
{{- range $what, $ca := dict "database" $root.Values.tls.databaseCa "redis" $root.Values.tls.redisCa }}
{{- if and (or $ca.secret $ca.configMap) (or (eq $what "database") (index $ 1)) }}
- name: {{ $what }}-ca
  {{- if $ca.secret }}
  secret: {secretName: {{ $ca.secret }}, items: [{key: {{ $ca.key }}, path: {{ $ca.key }}}]}
  {{- else }}
  configMap: {name: {{ $ca.configMap }}, items: [{key: {{ $ca.key }}, path: {{ $ca.key }}}]}
  {{- end }}
{{- end }}
{{- end }}
- name: tmp
  emptyDir: {}
{{- end -}}

{{- define "hub.caMounts" -}}
{{- $root := index . 0 }}
{{- range $what, $ca := dict "database" $root.Values.tls.databaseCa "redis" $root.Values.tls.redisCa }}
{{- if and (or $ca.secret $ca.configMap) (or (eq $what "database") (index $ 1)) }}
- {name: {{ $what }}-ca, mountPath: /etc/ha-mcp-hub/{{ $what }}, readOnly: true}
{{- end }}
{{- end }}
- {name: tmp, mountPath: /tmp}
{{- end -}}

{{/*
Ready means it serves: its database answers and it is not about to go. A start may bring a large database up to date, which, cut
off, would begin again: it has the ten minutes that the migration's Job has.
*/}}
{{- define "hub.probes" -}}
startupProbe:
  httpGet: {path: /livez, port: ops}
  timeoutSeconds: {{ .Values.probes.timeoutSeconds }}
  periodSeconds: 2
  failureThreshold: 300
livenessProbe:
  httpGet: {path: /livez, port: ops}
  timeoutSeconds: {{ .Values.probes.timeoutSeconds }}
  periodSeconds: 10
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: ops}
  timeoutSeconds: {{ .Values.probes.timeoutSeconds }}
  periodSeconds: {{ .Values.probes.periodSeconds }}
  failureThreshold: 2
{{- end -}}

{{/* Takes [root, component]. */}}
{{- define "hub.spread" -}}
{{- $root := index . 0 -}}
{{- range $root.Values.topologySpread.keys }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: {{ $root.Values.topologySpread.whenUnsatisfiable }}
  labelSelector:
    matchLabels:
      {{- include "hub.selector" $ | nindent 6 }}
  matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end -}}

{{/* One rule of egress. Takes {peers, ports}; an empty list means any. */}}
{{- define "hub.egress" -}}
- to:
    {{- if .peers }}
    {{- toYaml .peers | nindent 4 }}
    {{- else }}
    []
    {{- end }}
  {{- with .ports }}
  ports:
    {{- range . }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  {{- else }}
  # Every TCP port; no UDP.
  ports: [{protocol: TCP}]
  {{- end }}
{{- end -}}

{{- define "hub.dnsEgress" -}}
- to:
    {{- toYaml .Values.networkPolicy.dns | nindent 4 }}
  ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
{{- end -}}

{{- define "hub.storeEgress" -}}
{{ include "hub.egress" .Values.networkPolicy.database }}
{{ include "hub.egress" .Values.networkPolicy.redis }}
{{- end -}}

{{- define "hub.backupEgress" -}}
{{- if hasPrefix "s3://" .Values.backups.store }}
{{- include "hub.egress" .Values.networkPolicy.objectStore }}
{{- end }}
{{- end -}}

{{- define "hub.observedEgress" -}}
{{- if .Values.settings.otlpEndpoint }}
{{- include "hub.egress" .Values.networkPolicy.otlp }}
{{- end }}
{{- end -}}

{{- define "hub.hubAndWorkerPeers" -}}
{{- range $what := list "hub" "worker" }}
- podSelector:
    matchLabels:
      {{- include "hub.selector" (list $ $what) | nindent 6 }}
{{- end }}
{{- end -}}
