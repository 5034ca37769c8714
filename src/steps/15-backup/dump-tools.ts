/** How each database is dumped, read back and restored, by its own tools. Pure. */
import type {Database, DatabaseId} from '../shared/databases.ts'

/** The commands of one database; `$FILE` is the dump, `$HOST`, `$PORT` and `$USER` are the database, the password is in `$PASSWORD`. */
export interface DumpTool {
  image: string
  /** User and group of the image that can write the volume. */
  uid: number
  /** End of the files' names. */
  ending: string
  dump: string
  /** Reads the whole dump back; fails where it is not complete. */
  verify: string
  restore: string
  /** After a restore: says what is in the database. */
  look: string
}

const TOOLS: Record<DatabaseId, DumpTool> = {
  postgres: {
    image: 'ghcr.io/cloudnative-pg/postgresql:18.1-system-trixie',
    uid: 26,
    ending: 'sql.gz',
    // Every database with its roles: pg_dumpall is of one moment for each database, and needs no lock.
    dump: 'PGPASSWORD="$PASSWORD" pg_dumpall --host="$HOST" --port="$PORT" --username="$USER" --clean --if-exists | gzip > "$FILE"',
    verify: 'gzip --test "$FILE" && gzip --decompress --stdout "$FILE" | tail -n 5 | grep -q "PostgreSQL database cluster dump complete"',
    restore: 'gzip --decompress --stdout "$FILE" | PGPASSWORD="$PASSWORD" psql --host="$HOST" --port="$PORT" --username="$USER" --dbname=postgres --quiet',
    look: 'PGPASSWORD="$PASSWORD" psql --host="$HOST" --port="$PORT" --username="$USER" --dbname=postgres --list',
  },
  mysql: {
    image: 'docker.io/library/mysql:8.4.7',
    uid: 999,
    ending: 'sql.gz',
    dump: 'MYSQL_PWD="$PASSWORD" mysqldump --host="$HOST" --port="$PORT" --user="$USER" --all-databases --single-transaction --routines --events --triggers | gzip > "$FILE"',
    verify: 'gzip --test "$FILE" && gzip --decompress --stdout "$FILE" | tail -n 2 | grep -q "Dump completed"',
    restore: 'gzip --decompress --stdout "$FILE" | MYSQL_PWD="$PASSWORD" mysql --host="$HOST" --port="$PORT" --user="$USER"',
    look: 'MYSQL_PWD="$PASSWORD" mysql --host="$HOST" --port="$PORT" --user="$USER" --execute "SHOW DATABASES"',
  },
  mongodb: {
    image: 'docker.io/library/mongo:8.0.16',
    uid: 999,
    ending: 'archive.gz',
    // The password goes by a file of its own: an argument can be read by others.
    dump: 'printf "password: %s\\n" "$PASSWORD" > /tmp/tool.yaml && mongodump --host="$HOST" --port="$PORT" --username="$USER" --config=/tmp/tool.yaml --oplog --gzip --archive="$FILE"',
    verify: 'printf "password: %s\\n" "$PASSWORD" > /tmp/tool.yaml && gzip --test "$FILE" && mongorestore --host="$HOST" --port="$PORT" --username="$USER" --config=/tmp/tool.yaml --gzip --archive="$FILE" --dryRun --oplogReplay',
    restore: 'printf "password: %s\\n" "$PASSWORD" > /tmp/tool.yaml && mongorestore --host="$HOST" --port="$PORT" --username="$USER" --config=/tmp/tool.yaml --gzip --archive="$FILE" --drop --oplogReplay',
    look: 'printf "db.getSiblingDB(\'admin\').auth(\'%s\', \'%s\')\ndb.adminCommand({listDatabases: 1})\n" "$USER" "$PASSWORD" | mongosh --quiet --host "$HOST" --port "$PORT"',
  },
  redis: {
    image: 'docker.io/library/redis:8.2.3',
    uid: 999,
    ending: 'rdb',
    dump: 'REDISCLI_AUTH="$PASSWORD" redis-cli -h "$HOST" -p "$PORT" --rdb "$FILE"',
    verify: 'redis-check-rdb "$FILE"',
    // A server of its own reads the file, and the database follows it until it has everything.
    restore: 'cp "$FILE" /tmp/dump.rdb && redis-server --port 6390 --dir /tmp --save "" --protected-mode no --daemonize yes && ask() { REDISCLI_AUTH="$PASSWORD" redis-cli -h "$HOST" -p "$PORT" "$@"; } && ask replicaof "$POD_IP" 6390 && until ask info replication | grep -q master_link_status:up; do sleep 1; done && ask replicaof no one',
    look: 'REDISCLI_AUTH="$PASSWORD" redis-cli -h "$HOST" -p "$PORT" info keyspace',
  },
}

/** The commands for a database. */
export function dumpTool({id}: Pick<Database, 'id'>): DumpTool {
  return TOOLS[id]
}
