/** Tells a long piece of work's progress: what is being done, how much of how much. */
export type Progress = (step: string, done: number, total: number) => void

/**
 * Prints the steps of a command as they happen: a line when one starts, its progress at most once a second, and how long
 * it took.
 */
export const createSteps = (print: (line: string) => void) => ({
  run: async <T>(title: string, work: (progress: Progress) => T | Promise<T>): Promise<T> => {
    const startedAt = performance.now()
    let printedAt = startedAt
    let printedStep = ''
    print(`${title} …`)
    const result = await work((step, done, total) => {
      const now = performance.now()
      if (step === printedStep && now - printedAt < 1000 && done < total) return
      printedAt = now
      printedStep = step
      print(`  ${step}${total > 0 ? ` ${done.toLocaleString('en')} of ${total.toLocaleString('en')}` : ''}`)
    })
    print(`  done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
    return result
  },
})
