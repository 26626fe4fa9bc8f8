/** Page cache of replica.db's writer, kibibytes: what the index builds of a large first load work in. */
export const REPLICA_CACHE_KIB = 65_536
