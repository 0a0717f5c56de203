/** Partitions whose hosts do not end in `amazonaws.com`. */
const SUFFIXES: Readonly<Record<string, string>> = { 'aws-cn': 'amazonaws.com.cn' };

/**
 * A URL that a message names, when it is one of the topic's own SNS: https, the host of the topic's region, no port, no credentials. A message
 * is believed only after the certificate behind such a URL has said so, hence nothing looser may be asked.
 *
 * @param endpoint another SNS than AWS's, e.g. a local one: then the URL has to be on it
 */
export function trustedUrl(text: string, topicArn: string, endpoint: string | undefined): URL | undefined {
  const url = URL.parse(text);
  if (url?.username !== '' || url.password !== '') return undefined;
  if (endpoint !== undefined) return url.origin === new URL(endpoint).origin ? url : undefined;
  const [, partition = '', , region = ''] = topicArn.split(':');
  const host = `sns.${region}.${SUFFIXES[partition] ?? 'amazonaws.com'}`;
  return url.protocol === 'https:' && url.host === host && /^[a-z]{2}(-[a-z]+)+-\d+$/.test(region) ? url : undefined;
}
