/** A cluster of objects in memory, for what only reads: releases of helm by their Secrets, and objects. */
import type {ClusterReader} from '../../src/checks/cluster.ts'
import {nameOf} from '../../src/checks/cluster.ts'
import type {KubeMeta, KubeObject} from '../../src/tools/kube-api.ts'

/** The record of a helm release. */
export function releaseRecord(namespace: string, name: string, labels: Record<string, string>): KubeObject {
  return {apiVersion: 'v1', kind: 'Secret', metadata: {name: `sh.helm.release.v1.${name}.v1`, namespace, labels: {owner: 'helm', name, version: '1', status: 'deployed', ...labels}}}
}

/** A reader of these objects; kinds without an object are not known to the server. */
export function fakeCluster(objects: KubeObject[]): ClusterReader {
  const matches = (object: KubeObject, apiVersion: string, kind: string, selector?: string): boolean => {
    const [key = '', value] = (selector ?? '').split('=')
    const found = object.metadata.labels?.[key]
    return object.apiVersion === apiVersion && object.kind === kind && (selector === undefined || (value === undefined ? found !== undefined : found === value))
  }
  const of = (apiVersion: string, kind: string, options?: {labelSelector?: string}): KubeObject[] => objects.filter((object) => matches(object, apiVersion, kind, options?.labelSelector))
  const known = (apiVersion: string, kind: string): boolean => of(apiVersion, kind).length > 0
  return {
    get: (apiVersion: string, kind: string, name: string, namespace?: string) => Promise.resolve(of(apiVersion, kind).find(({metadata}) => metadata.name === name && metadata.namespace === namespace)),
    list: (apiVersion: string, kind: string, options?: {labelSelector?: string}) => Promise.resolve(known(apiVersion, kind) ? of(apiVersion, kind, options) : undefined),
    listKnown: (apiVersion: string, kind: string) => Promise.resolve(of(apiVersion, kind)),
    metadata: (apiVersion: string, kind: string, options?: {labelSelector?: string}) => Promise.resolve(known(apiVersion, kind) ? new Map<string, KubeMeta>(of(apiVersion, kind, options).map(({metadata}) => [nameOf(metadata), metadata])) : undefined),
  } as unknown as ClusterReader
}
