/** Steps: passwords of administrators that no operator makes. Made once in the cluster, and never read again. */
import {randomBytes} from 'node:crypto'
import {ownLabels} from '../../checks/labels.ts'
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {applyObjects} from '../../tools/kubectl.ts'
import {databaseOf} from '../shared/databases.ts'
import type {DatabaseId} from '../shared/databases.ts'
import {namespaceObject} from '../shared/namespace.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {has} from './names.ts'

/** A step that makes a Secret with a password where there is none. */
export function madePassword(id: DatabaseId): PlatformStep {
  const place = (ctx: PlatformContext): {name: string; namespace: string; key: string} => {
    const {namespace, secret} = databaseOf(ctx.spec, id)
    return {...secret, namespace}
  }
  return onCluster({
    id: `operators/${id}-password`,
    title: `Make the password of ${databaseOfTitle(id)}`,
    risk: 'none',
    appliesTo: has(id),
    async probe(ctx) {
      const {name, namespace, key} = place(ctx)
      const secret = await (await ctx.cluster()).get('v1', 'Secret', name, namespace)
      const there = Object.keys((secret?.['data'] as object | undefined) ?? {}).includes(key)
      return there ? {state: 'satisfied', observed: `Secret ${namespace}/${name} is there`} : {state: 'absent', observed: `there is no Secret ${namespace}/${name}`}
    },
    plan(ctx) {
      const {name, namespace} = place(ctx)
      return Promise.resolve({lines: [`create Secret ${namespace}/${name} with a random password`], commands: ['kubectl apply --server-side --field-manager=kp -f - <the Secret, never written to a file>']})
    },
    async apply(ctx) {
      const {name, namespace, key} = place(ctx)
      const secret = {apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: {name, namespace, labels: ownLabels(ctx)}, data: {[key]: Buffer.from(randomBytes(24).toString('base64url')).toString('base64')}}
      const objects = [namespaceObject(ctx, namespace, 'baseline'), secret].filter((object) => object !== undefined)
      await applyObjects(ctx.exec, ctx.access, objects, {doing: `make the password of ${databaseOfTitle(id)}`, fieldManager: 'kp'})
    },
    objects(ctx) {
      const {namespace, secret} = databaseOf(ctx.spec, id)
      return [{apiVersion: 'v1', kind: 'Secret', metadata: {name: secret.name, namespace}}]
    },
  })
}

const databaseOfTitle = (id: DatabaseId): string => ({postgres: 'PostgreSQL', mysql: 'MySQL', mongodb: 'MongoDB', redis: 'Redis'})[id]
