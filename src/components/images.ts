/** Which images objects name. Pure. */

/** A registry with a dot in its name, a path, and a tag or a digest: wherever it is written, it is an image. A label of Kubernetes is none. */
const IMAGE = /(?<![\w/.-])(?!app\.kubernetes\.io\/)(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?\/[\w./-]+(?::[\w][\w.-]*(?:@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})/g

/**
 * Every image in a value, each once, sorted: what is written under a key `image`, as pods and custom resources have it,
 * and what looks like an image in any other text, such as an argument.
 */
export function imagesIn(value: unknown): string[] {
  const found = new Set<string>()
  collect(value, '', found)
  return [...found].toSorted()
}

function collect(value: unknown, key: string, found: Set<string>): void {
  if (typeof value === 'string') {
    if (key === 'image' && value !== '') found.add(value)
    else for (const [image] of value.matchAll(IMAGE)) found.add(image)
  } else if (Array.isArray(value)) for (const item of value) collect(item, '', found)
  else if (typeof value === 'object' && value !== null) for (const [name, item] of Object.entries(value)) collect(item, name, found)
}

/** An image for a tool that copies: what to fetch, by its digest where it has one. */
export function copySource(image: string): string {
  const [, place = image, digest] = /^(.*?)(?::[^:/@]+)?@(sha256:[0-9a-f]{64})$/.exec(image) ?? []
  return digest === undefined ? image : `${place}@${digest}`
}

/** Where a tool that copies puts it: under its tag, by which it keeps its digest. */
export function copyTarget(image: string): string {
  return /:[^:/@]+@sha256:/.test(image) ? image.replace(/@sha256:.*$/, '') : image
}
