/** A machine that joins with a token that the cluster does not know any more. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {authorityOf} from '../helpers/real-api.ts'
import type {Told} from '../helpers/told.ts'
import type {Machine} from './types.ts'

const TOKEN = 'abcdef.0123456789abcdef'

/** What every cluster of kubeadm shows to those who join, without a signature by that token. */
export async function discovery({api, tool, folder}: Machine): Promise<Told> {
  const server = await api()
  const kubeconfig = JSON.stringify({apiVersion: 'v1', kind: 'Config', clusters: [{name: '', cluster: {server: `https://${server.address}`, 'certificate-authority-data': authorityOf(server)}}]})
  server.create([
    {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'cluster-info', namespace: 'kube-public'}, data: {kubeconfig}},
    {apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: {name: 'info', namespace: 'kube-public'}, rules: [{apiGroups: [''], resources: ['configmaps'], resourceNames: ['cluster-info'], verbs: ['get']}]},
    {apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: {name: 'info', namespace: 'kube-public'}, roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'info'}, subjects: [{kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'system:anonymous'}]},
  ])
  const config = join(folder, 'join.yaml')
  writeFileSync(config, `apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\ndiscovery: {bootstrapToken: {apiServerEndpoint: "${server.address}", token: ${TOKEN}, unsafeSkipCAVerification: true}}\ntimeouts: {discovery: 3s}\n`)
  return tool('unshare', ['--map-root-user', join(server.bin, 'kubeadm'), 'join', '--config', config, '--ignore-preflight-errors=all'])
}
