/** The scheme of the app's own documents. */
export const APP_SCHEME = 'app'
const APP_HOST = 'outpost'
/** The origin of the app's own documents, as Electron names it. */
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`
