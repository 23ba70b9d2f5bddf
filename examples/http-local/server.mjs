// The server of this example. Prints its address, and serves until it is stopped (Ctrl-C).
//   node examples/http-local/server.mjs [port]        port 0: any that is free
import { createServer } from 'node:http';

const STOCK = { apples: 12, pears: 5, plums: 40 };
const ordered = new Set(['pears']);
let priceAsked = 0;

const routes = {
  'GET /stock': ({ url }) => {
    const kinds = url.searchParams.getAll('kind');
    return { status: 200, body: { items: kinds.map((kind) => ({ kind, count: STOCK[kind] ?? 0 })) } };
  },
  'GET /price': () => {
    priceAsked++;
    if (priceAsked === 1) return { status: 503, headers: { 'retry-after': '1' }, body: { error: 'busy' } };
    return { status: 200, body: { each: 3 } };
  },
  'POST /orders': ({ order }) => {
    if (ordered.has(order.kind)) return { status: 409, body: { known: order.kind } };
    ordered.add(order.kind);
    return { status: 201, body: { accepted: order.kind, price: order.price } };
  },
};

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const route = routes[`${request.method} ${url.pathname}`];
  const text = await read(request);
  const answer = route?.({ url, order: text && JSON.parse(text) }) ?? {
    status: 404,
    body: { error: 'not found' },
  };
  console.error(`${request.method} ${request.url} ${answer.status}`);
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(JSON.stringify(answer.body));
});
server.listen(Number(process.argv[2] ?? 8090), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});

async function read(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}
