/**
 * How people log in, as the settings say, and where that is not enough.
 *
 * Owns: which way of logging in the settings name, and their contradictions.
 * Does not own: the settings (config.ts), logging in (door.ts).
 * Always holds: nobody can reach a server without a login from elsewhere, unless its operator said so.
 */
import { SettingError, type Settings } from '../config.js'
import { isLoopbackHost } from '../origin.js'

/**
 * How people log in: as COWRITE_AUTH says, else as what is set for it says.
 * @throws SettingError when the settings contradict each other, or one is missing
 */
export function authMode({ auth, secret, jwtPublicKey, jwksUrl, authorizeUrl }: Settings): Settings['auth'] {
  const hasKey = secret !== '' || jwtPublicKey !== '' || jwksUrl !== ''
  const mode = auth !== 'unset' ? auth : authorizeUrl !== '' ? 'callback' : hasKey ? 'token' : 'unset'
  if (mode === 'none' && (hasKey || authorizeUrl !== '')) {
    throw new SettingError('COWRITE_AUTH=none lets everybody in, but a login is set as well. Leave out one of the two.')
  }
  if (mode === 'token' && !hasKey) throw new SettingError('COWRITE_AUTH=token needs COWRITE_SECRET, COWRITE_JWT_PUBLIC_KEY or COWRITE_JWKS_URL.')
  if (mode === 'token' && authorizeUrl !== '') throw new SettingError('COWRITE_AUTHORIZE_URL is asked with COWRITE_AUTH=callback only.')
  if (mode === 'callback' && authorizeUrl === '') throw new SettingError('COWRITE_AUTH=callback needs COWRITE_AUTHORIZE_URL.')
  if (mode === 'callback' && secret === '') throw new SettingError('COWRITE_AUTHORIZE_URL needs COWRITE_SECRET, with which the questions are signed.')
  return mode
}

/**
 * Where nobody has to log in, only who says so may listen beyond this machine.
 * @throws SettingError
 */
export function refuseOpenHost(settings: Settings): void {
  if (authMode(settings) !== 'unset' || isLoopbackHost(settings.host)) return
  throw new SettingError(
    `HOST is '${settings.host}', and nobody has to log in: everyone who reaches this machine could edit everything. ` +
      `Set up a login (docs/auth.md), or COWRITE_AUTH=none if that is what you want, or leave HOST at 127.0.0.1.`,
  )
}
