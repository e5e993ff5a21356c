// An application's work with node-postgres: each step prints a line. Argument: the connection string.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import copy from "pg-copy-streams";
import Cursor from "pg-cursor";
import QueryStream from "pg-query-stream";

const address = process.argv[2];
const show = (step, value) =>
  console.log(JSON.stringify({ step, value }, (_, v) => (typeof v === "bigint" ? String(v) : v)));

const client = new pg.Client(address);
await client.connect();
await client.query(`CREATE TABLE orders (
  id bigserial PRIMARY KEY, who text NOT NULL UNIQUE, placed timestamptz, total numeric(10,2), n int, f float8,
  yes boolean, doc jsonb, tags text[], nums int[], raw bytea, u uuid, d date, t time, i interval, j json)`);

// Types both ways, and what the row description says.
const inserted = await client.query(
  `INSERT INTO orders (who, placed, total, n, f, yes, doc, tags, nums, raw, u, d, t, i, j)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING *`,
  ["ü", new Date("2024-02-29T12:34:56.789Z"), "12.50", 7, 1.5, true, { a: [1, null, "é"] }, ["a", 'b"c', null], [1, 2],
    Buffer.from([0, 255]), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "2024-02-29", "12:34:56", "1 day 02:00:00",
    JSON.stringify({ x: 1 })]);
show("types", inserted.rows[0]);
show("fields", inserted.fields.map((f) => [f.name, f.dataTypeID, f.dataTypeSize, f.dataTypeModifier, f.columnID, f.format]));
const binary = { text: "SELECT $1::int AS a, $2::text AS b, true AS c, 9007199254740993::int8 AS d", values: [1, "x"], binary: true };
show("binary", (await client.query(binary)).rows);

// Named statements, several at once, rows as arrays.
for (const n of [1, 5]) {
  show("named", (await client.query({ name: "sum", text: "SELECT $1::int + $2 AS s", values: [n, n] })).rows);
}
show("several", (await client.query("SELECT 1 AS a; SELECT 2 AS b")).map((result) => result.rows));
show("arrays", (await client.query({ text: "SELECT 1 AS a, 2 AS a", rowMode: "array" })).rows);
show("count", (await client.query("UPDATE orders SET n = n")).rowCount);

// Errors, and a transaction that is rolled back.
for (const text of ["INSERT INTO orders (who) VALUES ('ü')", "INSERT INTO orders (n) VALUES (1)", "SELEC", "SELECT nope FROM orders", "SELECT 1/0"]) {
  const { code, detail, constraint, table, column, position, message } = await client.query(text).catch((error) => error);
  show("error", [code, detail, constraint, table, column, position, message]);
}
await client.query("BEGIN");
await client.query("INSERT INTO orders (who) VALUES ('x')");
await client.query("SAVEPOINT s");
await client.query("SELECT 1/0").catch(() => undefined);
show("failed", (await client.query("SELECT 1").catch((error) => error)).code);
await client.query("ROLLBACK TO s");
show("inside", (await client.query("SELECT count(*) FROM orders")).rows);
await client.query("ROLLBACK");
show("rolled back", (await client.query("SELECT count(*) FROM orders")).rows);

// Bulk loading and large results.
const load = client.query(copy.from("COPY orders (who, n) FROM STDIN"));
await pipeline(Readable.from(Array.from({ length: 5000 }, (_, n) => `c${n}\t${n}\n`)), load);
show("copied", load.rowCount);
let text = "";
for await (const chunk of client.query(copy.to("COPY (SELECT who, n FROM orders WHERE n < 5 ORDER BY n) TO STDOUT CSV"))) text += chunk;
show("copy out", text);
const cursor = client.query(new Cursor("SELECT n FROM orders WHERE n IS NOT NULL ORDER BY n, who"));
show("cursor", [await cursor.read(3), await cursor.read(2)]);
await cursor.close();
let streamed = 0;
for await (const row of client.query(new QueryStream("SELECT n FROM orders", [], { batchSize: 100 }))) streamed += row.n ?? 0;
show("streamed", streamed);

// Notifications, time-outs, pools.
const other = new pg.Client({ connectionString: address, statement_timeout: 200 });
await other.connect();
await client.query("LISTEN channel");
const heard = new Promise((resolve) => client.once("notification", (m) => resolve([m.channel, m.payload])));
await other.query("SELECT pg_notify('channel', 'hi')");
show("heard", await heard);
show("time-out", (await other.query("SELECT pg_sleep(60)").catch((error) => error)).code);
await other.end();
await client.end();
const pool = new pg.Pool({ connectionString: address, max: 5 });
const all = await Promise.all(Array.from({ length: 20 }, (_, n) => pool.query("SELECT $1::int AS n", [n])));
show("pool", all.map((result) => result.rows[0].n));
await pool.end();
