/** The databases of phases.operators by name, for the phases that make them and those that use them. Pure. */
import type {EnvironmentSpec} from '../../spec/types.ts'

/** Databases that can be dumped by a tool of their own. */
export type DatabaseId = 'postgres' | 'mysql' | 'mongodb' | 'redis'

/** Where a database is, and how one logs in as its administrator. */
export interface Database {
  id: DatabaseId
  title: string
  namespace: string
  /** Name of its Service that leads to the instance that takes writes. */
  host: string
  port: number
  user: string
  /** The Secret with the password of that user, in the same namespace. */
  secret: {name: string; key: string}
  storageClass?: string
}

type Settings = Pick<EnvironmentSpec, 'phases'>

/** Namespaces where kp.yaml names none. */
const NAMESPACES: Record<DatabaseId, string> = {postgres: 'postgres', mysql: 'mysql', mongodb: 'mongodb', redis: 'redis'}

const KNOWN: Record<DatabaseId, Omit<Database, 'id' | 'namespace' | 'storageClass'>> = {
  postgres: {title: 'PostgreSQL', host: 'postgres-rw', port: 5432, user: 'postgres', secret: {name: 'postgres-superuser', key: 'password'}},
  mysql: {title: 'MySQL', host: 'mysql', port: 3306, user: 'root', secret: {name: 'mysql-root', key: 'password'}},
  mongodb: {title: 'MongoDB', host: 'mongodb-svc', port: 27_017, user: 'admin', secret: {name: 'mongodb-admin', key: 'password'}},
  redis: {title: 'Redis', host: 'redis', port: 6379, user: 'default', secret: {name: 'redis-password', key: 'password'}},
}

/** A database of the platform, as kp.yaml names its place. */
export function databaseOf({phases}: Settings, id: DatabaseId): Database {
  const {namespace, storageClass} = phases.operators[id]
  return {id, ...KNOWN[id], namespace: namespace ?? NAMESPACES[id], ...(storageClass === undefined ? {} : {storageClass})}
}

/** The databases that the platform has. */
export function databasesOf(spec: Settings): Database[] {
  const {operators} = spec.phases
  if (!operators.enabled) return []
  return (Object.keys(KNOWN) as DatabaseId[]).filter((id) => operators[id].enabled).map((id) => databaseOf(spec, id))
}
