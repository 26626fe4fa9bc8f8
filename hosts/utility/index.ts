import { net } from '../electron/net.ts'

// What `import 'electron'` is in a utility process.
export { net }
export const systemPreferences = {}
export default { net, systemPreferences }
