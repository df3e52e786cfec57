import { isOk } from './_status.js';

client.test('it is fine', () => {
  client.assert(isOk(response), `status is ${response.status}`);
});
