/* An endpoint as its user starts it, in process: from the import until a first call is answered. Not TypeScript: what strips types is in memory too. */
const begun = performance.now();
const { startLocalAws } = await import('@twelvefold/local');
const local = await startLocalAws();
const status = await firstCall(local.port);
const wallMs = performance.now() - begun;
if (status !== 200) throw new Error(`Cannot measure: the endpoint answered ${status}`);
process.send?.({ wallMs, rssBytes: process.memoryUsage.rss() });
process.on('disconnect', () => process.exit(0));

/** SSM's DescribeParameters over a bare socket: what a client library costs is not the endpoint's. */
function firstCall(port) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const socket = process.getBuiltinModule('node:net').connect(port, '127.0.0.1', () => {
    socket.write(
      'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-amz-json-1.1\r\nx-amz-target: AmazonSSM.DescribeParameters\r\n' +
        'authorization: AWS4-HMAC-SHA256 Credential=bench/20261122/eu-central-1/ssm/aws4_request, SignedHeaders=host, Signature=0\r\n' +
        'content-length: 2\r\nconnection: close\r\n\r\n{}',
    );
  });
  socket.once('data', (chunk) => resolve(Number(chunk.toString('latin1', 9, 12))));
  socket.once('error', reject);
  return promise;
}
