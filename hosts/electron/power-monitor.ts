import { EventEmitter } from 'node:events'
import { onOrder } from './control.ts'

class PowerMonitor extends EventEmitter {
  getSystemIdleTime = () => 0
  isOnBatteryPower = () => false
}

/** Electron's powerMonitor: `suspend` and `resume` come from the launcher. */
export const powerMonitor = new PowerMonitor()

onOrder('power', ({ event }) => powerMonitor.emit(event))
