#!/bin/sh
# What kp up does on a fresh lab, by hand: the same helm and kubectl commands with the same charts and values,
# one after the other. `npm run bench` holds kp up against it.
#
#   sequential.sh REPOSITORY INPUTS
#
# REPOSITORY is a platform that kp init wrote; INPUTS are the charts, the values as helm gets them, and the objects
# that only a lab has (bench/inputs.ts makes them). KUBECONFIG names the lab, PATH finds helm and kubectl.
set -eu
rendered=$1/clusters/lab
inputs=$2

# apply FILE: of the rendered repository, or of the inputs.
apply() {
  file=$rendered/$1.yaml
  [ -e "$file" ] || file=$inputs/objects/$1.json
  kubectl apply --server-side --force-conflicts --field-manager=kp -f "$file"
}

# kinds NAME NAMESPACE: definitions that are too large for a release.
kinds() {
  helm template "$1" "$inputs/charts/$1" --namespace "$2" --kube-version "$KUBE_VERSION" --no-hooks --values "$inputs/values/$1.json" |
    kubectl apply --server-side --force-conflicts --field-manager=kp -f -
}

# release NAME NAMESPACE
release() {
  helm upgrade --install "$1" "$inputs/charts/$1" --namespace "$2" --values "$inputs/values/$1.json" \
    --force-conflicts --reset-values --wait --timeout 300s --hide-notes
}

apply control-plane/identity
kinds prometheus-operator-crds kube-system

apply node-pools/general
apply node-pools/storage-class
release snapshot-controller kube-system
apply node-pools/simulation
apply node-pools/snapshot-class

release cilium kube-system
apply cni/network-policies
apply cni/connectivity-before
apply cni/connectivity-policies
apply cni/connectivity-after

kinds gateway-api kube-system
apply cert-manager/release
release cert-manager cert-manager
apply cert-manager/network-policies
apply cert-manager/simulation
apply cert-manager/issuers
apply cert-manager/probe-certificate

kinds envoy-gateway-crds envoy-gateway-system
apply ingress/release
release envoy-gateway envoy-gateway-system
apply ingress/network-policies
apply ingress/simulation
apply ingress/gateway
apply ingress/demo
apply ingress/demo-policies
apply ingress/demo-route

apply monitoring/simulation
apply monitoring/release
release kube-prometheus-stack monitoring
apply monitoring/network-policies
apply monitoring/ingress-monitors
apply monitoring/dashboards
