#!/usr/bin/env bash
# build.sh FOLDER: makes etcd, the Kubernetes control plane, kubectl, kwok and helm from the Go module proxy, versions as in go.mod.
# 15 to 30 minutes on two cores, once; what is there already is left alone. Wants Go 1.26 or newer and 8 GB of free disk.
set -euo pipefail
bin=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v go >/dev/null || { echo 'build.sh: Go 1.26 or newer is not on the PATH' >&2; exit 1; }

version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
stamp="$bin/.$(cat go.mod go.sum | sha256sum | cut -c1-16)"
flags="-s -w -X k8s.io/component-base/version.gitVersion=$version"

make_one() { # name, package
  [ -x "$bin/$1" ] && [ -e "$stamp-$1" ] && return
  echo "building $1"
  CGO_ENABLED=0 nice -n 19 go build -p "${JOBS:-2}" -trimpath -ldflags "$flags" -o "$bin/$1" "$2"
  touch "$stamp-$1"
}

make_one helm helm.sh/helm/v4/cmd/helm
make_one etcd go.etcd.io/etcd/server/v3
make_one kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver
make_one kube-controller-manager k8s.io/kubernetes/cmd/kube-controller-manager
make_one kube-scheduler k8s.io/kubernetes/cmd/kube-scheduler
make_one kubectl k8s.io/kubernetes/cmd/kubectl
make_one kwok sigs.k8s.io/kwok/cmd/kwok
