import type { RestRequest } from '../protocol.ts'

const PATH = '/info'

/**
 * All questions are posted to the same address. What is asked is added to it as a fragment, which is never sent: so that a
 * recorded answer tells what it answers.
 */
export function infoRequest(
  question: { readonly type: string; readonly [member: string]: unknown },
  about: string,
  weight: number,
): Pick<RestRequest, 'path' | 'weight' | 'method' | 'body'> {
  const fragment = encodeURIComponent(about === '' ? question.type : `${question.type} ${about}`)
  return { path: `${PATH}#${fragment}`, weight, method: 'POST', body: JSON.stringify(question) }
}

/** Whether a recorded address has the answer to a question: one without a fragment may have that to any. */
export function isInfoAnswer(url: string, path: string): boolean {
  const recorded = URL.parse(url)
  if (recorded === null || recorded.pathname !== PATH) return false
  return recorded.hash === '' || `${PATH}${recorded.hash}` === path
}
