#!/bin/sh
# What kp up does on a fresh lab, by hand: the same helm and kubectl commands with the same charts and values,
# one after the other. `npm run bench` holds kp up against it.
#
#   sequential.sh REPOSITORY INPUTS
#
# REPOSITORY is a platform that kp init wrote; INPUTS are the plan of what to run, the charts, the values as
# helm gets them, and the objects that only a lab has (bench/inputs.ts makes them). KUBECONFIG names the lab, PATH finds helm and kubectl.
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

# The plan has a line for each of them, in the order of phases and steps.
while read -r verb name namespace; do
  "$verb" "$name" "${namespace:-}" < /dev/null
done < "$inputs/plan"
