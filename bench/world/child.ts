import { fork } from 'node:child_process'

/** Runs a script of the benches to its end in a process of its own, and answers the one message that it sends. */
export const runChild = <T>(script: string, options: unknown, execArgv: readonly string[] = []): Promise<T> =>
  new Promise((resolve, reject) => {
    const child = fork(script, [JSON.stringify(options)], {
      execArgv: ['--disable-warning=ExperimentalWarning', ...execArgv],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    let answer: { readonly value: T } | null = null
    child.on('message', (message) => {
      answer = { value: message as T }
    })
    child.on('error', reject)
    child.on('exit', (code) => (answer ? resolve(answer.value) : reject(new Error(`${script} ended with ${code}`))))
  })
