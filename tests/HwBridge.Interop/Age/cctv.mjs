// Prints the CCTV age test vectors, one a line: name, a space, base64 of the vector.
import * as vectors from 'cctv-age';

for (const [name, bytes] of Object.entries(vectors.default ?? vectors)) {
  console.log(`${name} ${Buffer.from(bytes).toString('base64')}`);
}
