const NEEDS_ESCAPE = /["\\\p{Cc}]/u

/** A text as a JSON string; most texts need no escape, and the test is far cheaper than `JSON.stringify`. */
export const jsonText = (text: string): string => (NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`)

export const jsonTextOrNull = (text: string | null | undefined): string =>
  text === null || text === undefined ? 'null' : jsonText(text)
