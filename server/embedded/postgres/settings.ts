/**
 * Server settings that the backend depends on. `synchronous_commit` stays on even where durability is off: logical
 * replication ships only flushed WAL, so without it a change would reach clients up to 400 ms late.
 */
export function serverSettings(durable: boolean, extra: Readonly<Record<string, string>>): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    wal_level: 'logical',
    max_wal_senders: '16',
    max_replication_slots: '16',
    max_slot_wal_keep_size: '1GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...extra,
    synchronous_commit: 'on',
  }
}
