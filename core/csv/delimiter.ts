export const DELIMITERS = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof DELIMITERS)[number]

/** How often each delimiter stands outside quotes, line by line. */
const countsByLine = (sample: string): readonly Record<Delimiter, number>[] => {
  const empty = (): Record<Delimiter, number> => ({ ',': 0, ';': 0, '\t': 0, '|': 0 })
  const lines = [empty()]
  let quoted = false
  for (const char of sample) {
    if (char === '"') quoted = !quoted
    else if (!quoted && char === '\n') lines.push(empty())
    else if (!quoted && (DELIMITERS as readonly string[]).includes(char)) {
      const line = lines.at(-1)
      if (line) line[char as Delimiter]++
    }
  }
  return lines
}

/**
 * The delimiter of a file from its first lines: the one that the header holds and that the most lines hold equally
 * often; a comma where nothing tells. `sample` should end at a line's end, or hold many lines.
 */
export const detectDelimiter = (sample: string): Delimiter => {
  const [header, ...rows] = countsByLine(sample)
    .filter((line) => DELIMITERS.some((delimiter) => line[delimiter] > 0))
    .slice(0, 50)
  if (!header) return ','
  const score = (delimiter: Delimiter): number => {
    const wanted = header[delimiter]
    if (wanted === 0) return -1
    const same = rows.filter((line) => line[delimiter] === wanted).length
    return (rows.length === 0 ? 1 : same / rows.length) * 1_000 + wanted
  }
  return [...DELIMITERS].sort((a, b) => score(b) - score(a))[0] ?? ','
}
