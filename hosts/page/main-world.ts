import { worldBridge } from './world-bridge.ts'

worldBridge('stand-in:page', 'stand-in:preload').onExpose((key, api) => {
  Object.defineProperty(window, key, { value: api, configurable: false, writable: false, enumerable: true })
})
