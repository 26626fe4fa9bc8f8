// Pages of a custom scheme are served as http://HOST.SCHEME.localhost:PORT: a secure context with an origin of its own.

const customUrl = /^([a-z][a-z0-9+-]*):\/\/([a-z0-9-]*)([/?#].*)?$/
const servedUrl = /^http:\/\/([a-z0-9-]+)\.([a-z][a-z0-9+-]*)\.localhost:(\d+)(.*)$/

/** Where a custom-scheme URL is served; any other URL unchanged. */
export function toServed(url: string, isHandled: (scheme: string) => boolean, port: number): string {
  const [, scheme, host, rest] = customUrl.exec(url) ?? []
  if (!scheme || !isHandled(scheme)) return url
  return `http://${host || 'app'}.${scheme}.localhost:${port}${rest ?? '/'}`
}

/** The custom-scheme URL that a served one stands for; any other URL, or one of another port, unchanged. */
export function fromServed(url: string, port: number): string {
  const [, host, scheme, servedPort, rest] = servedUrl.exec(url) ?? []
  return scheme && Number(servedPort) === port ? `${scheme}://${host}${rest}` : url
}

/** The scheme of a `Host` header such as `main.app.localhost:4000`; undefined when it is not one of ours. */
export function schemeOfHost(host: string, port: number): string | undefined {
  const [, , scheme, servedPort, rest] = servedUrl.exec(`http://${host}`) ?? []
  return rest === '' && Number(servedPort) === port ? scheme : undefined
}
