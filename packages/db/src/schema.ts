import type { Effect } from '@hub/core/effect.ts';
import type { Role } from '@hub/core/policy.ts';
import type { ColumnType, Generated } from 'kysely';
import type { ActorKind } from './actor.ts';

/** The tables as SQL spells them; `migrations/` is the truth, the migration test holds the two together. */
export interface Schema {
  migration: MigrationTable;
  tenant: TenantTable;
  tenant_key: TenantKeyTable;
  person: PersonTable;
  member: MemberTable;
  home: HomeTable;
  home_link: HomeLinkTable;
  home_status: HomeStatusTable;
  connector: ConnectorTable;
  connector_home: ConnectorHomeTable;
  credential: CredentialTable;
  blob: BlobTable;
  edit: EditTable;
  saved_tool: SavedToolTable;
  backup: BackupTable;
  home_backup: HomeBackupTable;
  audit: AuditTable;
  approval: ApprovalTable;
  fleet_plan: FleetPlanTable;
  change: ChangeTable;
  replica: ReplicaTable;
  home_holder: HomeHolderTable;
  installation: InstallationTable;
  notice: NoticeTable;
  schedule: ScheduleTable;
}

/** Read as `unknown` and parsed with zod; written as JSON text. */
type Json = ColumnType<unknown, string, string>;
type GeneratedJson = ColumnType<unknown, string | undefined, string>;

interface Created {
  created_at: Generated<Date>;
  created_by_kind: ActorKind;
  created_by_id: string | null;
}

interface Updated {
  updated_at: Generated<Date>;
  updated_by_kind: ActorKind;
  updated_by_id: string | null;
}

interface MigrationTable {
  number: number;
  name: string;
  oldest_code: number;
  sha256: string;
  applied_at: Generated<Date>;
}

export interface TenantTable extends Created, Updated {
  id: string;
  slug: string;
  name: string;
  state: Generated<'active' | 'suspended'>;
  maintenance_windows: Generated<string[]>;
}

interface TenantKeyTable {
  tenant_id: string;
  number: number;
  ring_key_id: number;
  wrapped: Buffer;
  created_at: Generated<Date>;
}

export interface PersonTable extends Created {
  id: string;
  name: string;
  email: string | null;
}

export interface MemberTable extends Created {
  id: string;
  tenant_id: string;
  person_id: string;
  role: Role;
}

export interface HomeTable extends Created, Updated {
  id: string;
  tenant_id: string;
  slug: string;
  name: string;
  tags: Generated<string[]>;
  country: string | null;
  region: string | null;
  time_zone: string | null;
  learnt_time_zone: string | null;
  note: string | null;
  customer_reference: string | null;
  is_pinned: Generated<boolean>;
  maintenance_windows: string[] | null;
  instance_id: string | null;
  is_simulated: Generated<boolean>;
  ceiling: Generated<Effect>;
  settings: GeneratedJson;
}

interface FleetPlanTable {
  id: string;
  tenant_id: string;
  connector_id: string;
  request_digest: string;
  rings: ColumnType<unknown, string, never>;
  created_at: Generated<Date>;
  expires_at: Date;
  used_at: Date | null;
}

export interface HomeLinkTable extends Updated {
  home_id: string;
  tenant_id: string;
  kind: Generated<'direct' | 'tunnel'>;
  url: string | null;
  url_key: string | null;
  credential_kind: 'long_lived_token' | 'oauth' | 'none';
  credential_created_at: Date | null;
  credential_expires_at: Date | null;
  has_client_certificate: Generated<boolean>;
  has_extra_ca: Generated<boolean>;
  has_pinned_key: Generated<boolean>;
  header_names: Generated<string[]>;
  sealed_secrets: Buffer;
}

export interface HomeStatusTable {
  home_id: string;
  tenant_id: string;
  state: 'offline' | 'starting' | 'running' | 'reauth_required' | 'banned';
  ha_version: string | null;
  is_admin: boolean | null;
  location_name: string | null;
  last_seen_at: Date | null;
  fault_code: string | null;
  fault_message: string | null;
  checked_at: Generated<Date>;
  core_update: Generated<string | null>;
  os_update: Generated<string | null>;
  updates_pending: Generated<number | null>;
  last_backup_at: Generated<Date | null>;
  has_backup: Generated<boolean | null>;
  disk_free_bytes: Generated<number | null>;
  disk_total_bytes: Generated<number | null>;
  repairs: Generated<number | null>;
  unavailable_entities: Generated<number | null>;
  low_batteries: Generated<number | null>;
  certificate_expires_at: Generated<Date | null>;
  swept_at: Generated<Date | null>;
}

export interface ConnectorTable extends Created, Updated {
  id: string;
  tenant_id: string;
  member_id: string;
  name: string;
  ceiling: Effect;
  home_scope: 'all' | 'list' | 'tags';
  home_tags: Generated<string[]>;
  settings: GeneratedJson;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

interface ConnectorHomeTable {
  tenant_id: string;
  connector_id: string;
  home_id: string;
}

export interface CredentialTable extends Created {
  id: string;
  tenant_id: string;
  connector_id: string;
  kind: 'secret_url' | 'oauth_grant';
  secret_hash: Buffer;
  expires_at: Date | null;
  revoked_at: Date | null;
}

interface BlobTable {
  tenant_id: string;
  digest: Buffer;
  sealed: Buffer;
  size_bytes: number;
  created_at: Generated<Date>;
  used_at: Generated<Date>;
}

interface SavedToolTable {
  tenant_id: string;
  connector_id: string;
  name: string;
  justification: string;
  sealed: Buffer;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

interface HomeBackupTable {
  tenant_id: string;
  home_id: string;
  sealed_key: Buffer;
  keep_last: Generated<number>;
  keep_daily: Generated<number>;
  keep_weekly: Generated<number>;
  created_at: Generated<Date>;
}

export interface BackupTable {
  id: string;
  tenant_id: string;
  home_id: string;
  state: 'storing' | 'stored' | 'broken' | 'removing';
  ha_backup_id: string;
  name: string;
  ha_version: string | null;
  made_at: Date;
  is_with_database: boolean;
  is_protected: boolean;
  sealed_ha_key: Buffer | null;
  place: string;
  object: string;
  size_bytes: number | null;
  sha256: Buffer | null;
  sealed_size_bytes: number | null;
  sealed_sha256: Buffer | null;
  stored_at: Date | null;
  checked_at: Date | null;
  check_error: string | null;
  created_at: Generated<Date>;
}

export interface EditTable {
  id: string;
  tenant_id: string;
  home_id: string;
  connector_id: string | null;
  call_id: string;
  kind: string;
  item_id: string;
  tool: string;
  state: Generated<'intent' | 'done' | 'failed' | 'unknown'>;
  before_digest: Buffer | null;
  after_digest: Buffer | null;
  fault_code: string | null;
  created_at: Generated<Date>;
  finished_at: Date | null;
  actor_kind: ActorKind;
  actor_id: string | null;
}

export interface AuditTable {
  id: string;
  tenant_id: string;
  call_id: string;
  phase: 'intent' | 'outcome' | 'call';
  home_id: string | null;
  connector_id: string | null;
  actor_kind: ActorKind;
  actor_id: string | null;
  tool: string;
  effect: Effect;
  decision: 'allow' | 'deny' | 'ask';
  args_summary: Json | null;
  args_digest: string | null;
  outcome: 'done' | 'failed' | 'refused' | 'cancelled' | 'unknown' | null;
  fault_code: string | null;
  duration_ms: number | null;
  at: Generated<Date>;
  stored_at: Generated<Date | null>;
  replica_id: string | null;
  seq: number | null;
}

interface ApprovalTable {
  id: string;
  tenant_id: string;
  connector_id: string;
  tool: string;
  home_ids: string[];
  effect: Effect;
  title: string;
  reason: string;
  args_digest: string;
  item_hashes: GeneratedJson;
  policy_version: Generated<number>;
  state: Generated<'pending' | 'allowed' | 'denied' | 'used' | 'expired'>;
  asked_by_kind: ActorKind;
  asked_by_id: string | null;
  decided_by_kind: ActorKind | null;
  decided_by_id: string | null;
  created_at: Generated<Date>;
  decided_at: Date | null;
  used_at: Date | null;
  expires_at: Date;
}

interface ChangeTable {
  id: Generated<number>;
  /** xid8, as decimal text. */
  xid: Generated<string>;
  tenant_id: string;
  kind: 'tenant' | 'member' | 'home' | 'connector' | 'credential';
  row_id: string;
  at: Generated<Date>;
}

interface HomeHolderTable {
  home_id: string;
  replica_id: string;
  epoch: Generated<number>;
  taken_at: Generated<Date>;
}

interface ReplicaTable {
  id: string;
  address: string;
  is_alone: boolean;
  epoch: Generated<number>;
  lease_until: Date;
  started_at: Generated<Date>;
  /** Null until the replica said so. */
  ring_key_ids: Generated<number[] | null>;
}

interface InstallationTable {
  is_only: Generated<boolean>;
  id: string;
  canary: Buffer;
  canary_key_id: number;
  created_at: Generated<Date>;
  beat: Generated<number>;
  beat_at: Generated<Date>;
  recovering_since: Date | null;
  recovery_reason: string | null;
  recovered_to: Date | null;
}

interface ScheduleTable extends Created {
  id: string;
  tenant_id: string;
  home_id: string;
  name: string;
  cron: string;
  kind: string;
  args: Json;
  next_at: Date;
  last_at: Date | null;
  last_job_id: string | null;
}

interface NoticeTable {
  id: string;
  tenant_id: string;
  channel_id: string;
  content: Json;
  state: Generated<'queued' | 'sent' | 'failed'>;
  attempt: Generated<number>;
  due_at: Generated<Date>;
  error: string | null;
  created_at: Generated<Date>;
  finished_at: Date | null;
}
