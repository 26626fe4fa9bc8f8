const given = new Map<string, string>()

/** Chromium's switches, as `app.commandLine` of Electron: what is appended before the app is ready reaches the browser. */
export const commandLine = {
  appendSwitch: (name: string, value = ''): void => void given.set(name, value),
  hasSwitch: (name: string): boolean => given.has(name),
  getSwitchValue: (name: string): string => given.get(name) ?? '',
}

/** The switches as a browser takes them. */
export const browserSwitches = (): readonly string[] =>
  [...given].map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`))
