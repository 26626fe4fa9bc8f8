/**
 * Page cache of replica.db's writer, kibibytes: a body's changed pages fit in. A first load only appends and its index
 * builds read in table order, so that more would not make either faster.
 */
export const REPLICA_CACHE_KIB = 32_768
