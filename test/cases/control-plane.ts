/** Cases of the checks of phase 2. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {recordObject} from '../../src/platform/identity.ts'
import {answering, changed, condition, minutesAgo, thing, without, withMore} from '../helpers/check-cases.ts'
import type {CheckCase, ContextOf} from '../helpers/check-cases.ts'
import {tempFolder} from '../helpers/temp.ts'

/** Public halves of two throw-away certificates: one ends in the year 2126, one a week after the time of the cases. */
const LONG = `-----BEGIN CERTIFICATE-----
MIIBezCCASGgAwIBAgIUaelWN5AngxNm+dT/iYwKXd2wucQwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHa3AtdGVzdDAgFw0yNjExMjgxNTI3NTZaGA8yMTI2MTEwNDE1
Mjc1NlowEjEQMA4GA1UEAwwHa3AtdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABMAPjpvc54laLm0m9E1bkDB0imnZQI6nMXPKUI9fGneiq9ra4U4YbZxL01fO
9QirZ0XA9hIDCrztb+xkM1mVIKajUzBRMB0GA1UdDgQWBBQ1QXCHZoWtXWLE6DSM
BRJl/0a1HjAfBgNVHSMEGDAWgBQ1QXCHZoWtXWLE6DSMBRJl/0a1HjAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEIfmsV0QmHb4TMVAlUS0RyvQEU3
mP8J63PS8ncreC8qAiEA9p3j1NzZzKB3LRckz7Sdg+fQzVtAMKoh1nISFcz3wgE=
-----END CERTIFICATE-----`
const SHORT = `-----BEGIN CERTIFICATE-----
MIIBejCCAR+gAwIBAgIUDHhwhXpXgpRQyMZU0NEmBzx5DKAwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHa3AtdGVzdDAeFw0yNjExMjgxNTI3NTZaFw0yNjEyMDUxNTI3
NTZaMBIxEDAOBgNVBAMMB2twLXRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQvY/6at52cT2vVs/9GbNn4THUvd+phKNzjZ5+40QNlPXSSLkgyeiUs1WQvpyOQ
n24Xtp7VqLZAOE7Pl8Ms/8JUo1MwUTAdBgNVHQ4EFgQU1sd7IBQRaqZHBJhrlqj/
GoCgVp4wHwYDVR0jBBgwFoAU1sd7IBQRaqZHBJhrlqj/GoCgVp4wDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEApogrIqANoG3IUONdVrZ6QUXYFPuZ
b/ru6ayfKUPlRS8CIQDtgbl7odHCQ/QIey+BesqwL+oWW2LWeYfMt5rkIh6hCA==
-----END CERTIFICATE-----`

const UID = 'uid-of-the-cluster'
/** What this checkout remembers of its cluster. */
const recorded = (uid?: string): ContextOf => (ctx) => {
  const environment = tempFolder()
  if (uid !== undefined) writeFileSync(join(environment, 'cluster.json'), JSON.stringify({uid, cluster: 'acme'}))
  return {paths: {...ctx.paths, environment}}
}

const kubeconfig = (certificate: string | undefined, contents?: string): ContextOf => () => {
  const folder = join(tempFolder(), 'kube')
  mkdirSync(folder)
  const path = join(folder, 'config')
  const data = certificate === undefined ? {token: 'placeholder'} : {'client-certificate-data': Buffer.from(certificate).toString('base64')}
  const config = {'current-context': 'acme', contexts: [{name: 'acme', context: {user: 'kp', cluster: 'acme'}}], users: [{name: 'kp', user: data}], clusters: [{name: 'acme', cluster: {server: 'https://127.0.0.1'}}]}
  writeFileSync(path, contents ?? JSON.stringify(config))
  return {access: {kubeconfig: path}}
}

const lease = (name: string, minutes: number): ReturnType<typeof thing> => thing('coordination.k8s.io/v1', 'Lease', `kube-system/${name}`, {spec: {renewTime: minutesAgo(minutes), leaseDurationSeconds: 15}})

export const controlPlaneCases: CheckCase[] = [
  {
    check: 'control-plane.readyz',
    passes: () => ({objects: [], answers: {'/readyz': {body: '[+]ping ok\n[+]etcd ok\nreadyz check passed'}}}),
    fails: [
      {what: 'etcd is not', change: answering('/readyz', '[+]ping ok\n[-]etcd failed: reason withheld', 500), observed: /\[-\]etcd failed/},
      {what: 'it says no more than no', change: answering('/readyz', 'sorry', 500), observed: /answers 500/},
      {what: 'it is something else', change: answering('/readyz', '<html>Log in</html>'), observed: /no Kubernetes API server/},
    ],
    unknown: [{what: 'it is refused', change: answering('/readyz', {message: 'forbidden'}, 403), observed: /403/}],
  },
  {
    check: 'control-plane.version',
    passes: () => ({objects: [], answers: {'/version': {body: {gitVersion: 'v1.35.4'}}}}),
    fails: [{what: 'it is another minor', change: answering('/version', {gitVersion: 'v1.34.1'}), observed: /runs v1\.34\.1/}],
    unknown: [
      {what: 'it says nothing of it', change: answering('/version', {}), observed: /unknown/},
      {what: 'it is refused', change: answering('/version', {message: 'forbidden'}, 403), observed: /403/},
    ],
  },
  {
    check: 'control-plane.apiservices',
    passes: () => ({objects: [thing('apiregistration.k8s.io/v1', 'APIService', 'v1.apps', {status: {conditions: [condition('Available')]}})]}),
    fails: [
      {what: 'nobody is behind one', change: withMore(thing('apiregistration.k8s.io/v1', 'APIService', 'v1beta1.metrics.k8s.io', {status: {conditions: [condition('Available', 'False', 'MissingEndpoints')]}})), observed: /v1beta1\.metrics\.k8s\.io: Available=False \(MissingEndpoints\)/},
      {what: 'nothing is known of one', change: changed('APIService', () => ({status: {}})), observed: /no condition Available/},
    ],
  },
  {
    check: 'control-plane.identity',
    context: recorded(UID),
    passes: (ctx) => ({objects: [thing('v1', 'Namespace', 'kube-system', {}, {uid: UID}), recordObject(ctx)]}),
    fails: [
      {what: 'this checkout has no record', context: recorded(), observed: /no record of its cluster/},
      {what: 'the cluster has no record', change: without('ConfigMap'), observed: /no record of its platform/},
      {what: 'it is another cluster', context: recorded('uid-of-another'), observed: /this is not the cluster of environment/},
    ],
  },
  {
    check: 'control-plane.cert-expiry',
    context: kubeconfig(LONG),
    passes: () => ({objects: []}),
    fails: [{what: 'it ends in a week', context: kubeconfig(SHORT), observed: /client certificate of kp ends in 7 days/}],
    unknown: [
      {what: 'there is no kubeconfig', context: () => ({access: {kubeconfig: '/nowhere/config'}, presence: () => Promise.resolve({state: 'absent', observed: 'there is no lab'})}), observed: /there is no lab/},
      {what: 'it cannot be read', context: kubeconfig('', 'users: [}'), observed: /cannot be read/},
    ],
    skips: [{what: 'it holds none', context: kubeconfig(undefined), observed: /holds no certificates/}],
  },
  {
    check: 'control-plane.controllers',
    passes: () => ({objects: [lease('kube-scheduler', 0), lease('kube-controller-manager', 0)]}),
    fails: [{what: 'one has stopped', change: changed('Lease', () => ({spec: {renewTime: minutesAgo(10), leaseDurationSeconds: 15}}), 'kube-system/kube-scheduler'), observed: /kube-scheduler has not renewed its lease for 600 seconds/}],
    skips: [{what: 'they are not shown', change: without('Lease'), observed: /managed/}],
  },
  {
    check: 'control-plane.exposure',
    platform: {network: {endpoint: 'private'}},
    passes: () => ({objects: []}),
    fails: [{what: 'its address is public', change: (world) => ({...world, host: '8.8.8.8'}), observed: /8\.8\.8\.8 is the public address/}],
    skips: [{what: 'it may be public', platform: {network: {endpoint: 'public', allowedCidrs: ['203.0.113.0/24']}}, observed: /network\.endpoint is public/}],
    survives: {all: 'the address is in the kubeconfig'},
  },
]
