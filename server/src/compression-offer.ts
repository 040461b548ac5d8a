/**
 * Which of a client's offers of permessage-deflate is taken (RFC 6455 §9.1, RFC 7692 §5.1, §7.1).
 *
 * Owns: reading `Sec-WebSocket-Extensions`, and the choice.
 * Does not own: the answer's words (`ws` writes them from the offer that is left).
 * Always holds: an offer that cannot be kept is passed over, as the RFC has it, and costs nobody the
 * connection (`ws` by itself would refuse the handshake); only a header that breaks the grammar does.
 */

interface Extension {
  readonly name: string
  /** In the order of the header; a name may stand twice. */
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[]
}

const TOKEN = '[!#$%&\'*+.^_`|~0-9A-Za-z-]+'
const NAME = new RegExp(`^${TOKEN}$`)
/** A quoted value holds a token, too (RFC 6455 §9.1). */
const PARAMETER = new RegExp(`^(${TOKEN})(?:[ \\t]*=[ \\t]*(?:(${TOKEN})|"(${TOKEN})"))?$`)
/** 8 to 15 without leading zeros (RFC 7692 §7.1.2). */
const WINDOW_BITS = /^(?:[89]|1[0-5])$/

/**
 * The first offer of permessage-deflate that can be kept, as it stands in the header.
 * @returns undefined when there is none, `malformed` when the header breaks the grammar
 */
export function chooseOffer(header: string): string | undefined | 'malformed' {
  // Neither tokens nor quoted tokens hold a comma or a semicolon. A list may have empty elements.
  const elements = header.split(',').map((element) => element.trim()).filter((element) => element !== '')
  const extensions = elements.map(read)
  if (elements.length === 0 || extensions.includes(undefined)) return 'malformed'
  return elements[extensions.findIndex((extension) => extension !== undefined && canBeKept(extension))]
}

/** @returns undefined when it breaks the grammar */
function read(element: string): Extension | undefined {
  const [name = '', ...rest] = element.split(';').map((part) => part.trim())
  const matches = rest.map((part) => PARAMETER.exec(part))
  if (!NAME.test(name) || matches.includes(null)) return undefined
  return { name, parameters: matches.map((match) => [match?.[1] ?? '', match?.[2] ?? match?.[3]] as const) }
}

function canBeKept({ name, parameters }: Extension): boolean {
  if (name !== 'permessage-deflate') return false
  if (new Set(parameters.map(([parameter]) => parameter)).size < parameters.length) return false
  return parameters.every(([parameter, value]) => {
    switch (parameter) {
      case 'server_no_context_takeover':
      case 'client_no_context_takeover':
        return value === undefined
      case 'client_max_window_bits':
        return value === undefined || WINDOW_BITS.test(value)
      case 'server_max_window_bits':
        // Frames are made once for all, so with the full window: a smaller one cannot be promised.
        return value === '15'
      default:
        return false
    }
  })
}
