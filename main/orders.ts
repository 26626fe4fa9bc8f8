import { createInterface } from 'node:readline'
import { type AppOrder, appOrder } from '../core/protocol/app-report.ts'

/** Follows the orders of the process that started the app; what is no order is passed over. Its end is an order to quit. */
export function followOrders(input: NodeJS.ReadableStream, obey: (order: AppOrder) => void): void {
  const lines = createInterface({ input })
  lines.on('line', (line) => {
    try {
      obey(appOrder.parse(JSON.parse(line)))
    } catch {
      // Another program's text on standard input.
    }
  })
  lines.on('close', () => obey({ t: 'quit' }))
}
