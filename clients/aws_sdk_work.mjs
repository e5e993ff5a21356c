// The AWS SDK for JavaScript v3 doing an application's work: sessions of users, with expiring tokens.
// Prints one JSON object a step; test_aws_sdk_js.py knows what must be in it.
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
  waitUntilTableExists,
  waitUntilTableNotExists,
  CreateTableCommand,
  DeleteTableCommand,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
  paginateQuery,
  paginateScan,
} from "@aws-sdk/lib-dynamodb";

const client = new DynamoDBClient({
  endpoint: process.argv[2],
  region: "us-east-1",
  credentials: { accessKeyId: "key", secretAccessKey: "secret" },
});
const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
const TableName = "sessions";
const say = (step, value) =>
  console.log(JSON.stringify({ step, value }, (_, v) => (v instanceof Set ? [...v].sort() : typeof v === "bigint" ? `${v}` : v)));

await client.send(
  new CreateTableCommand({
    TableName,
    KeySchema: [
      { AttributeName: "user", KeyType: "HASH" },
      { AttributeName: "token", KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: "user", AttributeType: "S" },
      { AttributeName: "token", AttributeType: "S" },
      { AttributeName: "expires", AttributeType: "N" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "by-expiry",
        KeySchema: [
          { AttributeName: "user", KeyType: "HASH" },
          { AttributeName: "expires", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
    BillingMode: "PAY_PER_REQUEST",
  }),
);
const waited = await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName });
say("created", waited.state);

for (let start = 0; start < 50; start += 25) {
  const requests = [];
  for (let n = start; n < start + 25; n++)
    requests.push({ PutRequest: { Item: { user: `u${n % 2}`, token: `t${String(n).padStart(2, "0")}`, expires: n, roles: new Set(["a", `r${n % 3}`]) } } });
  const answer = await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
  say("batch", answer.UnprocessedItems);
}

await documents.send(
  new PutCommand({
    TableName,
    Item: { user: "types", token: "all", text: "ü", number: 1.5, big: 12345678901234567890n, none: null, yes: true, list: [1, "two", { three: 3 }], bytes: new Uint8Array([1, 2]), gone: undefined },
  }),
);
const { Item } = await documents.send(new GetCommand({ TableName, Key: { user: "types", token: "all" }, ConsistentRead: true }));
say("types", { ...Item, big: "read as a number", bytes: [...Item.bytes] });

const tokens = [];
for await (const page of paginateQuery(
  { client: documents, pageSize: 4 },
  { TableName, IndexName: "by-expiry", KeyConditionExpression: "#u = :u AND expires < :t", ExpressionAttributeNames: { "#u": "user" }, ExpressionAttributeValues: { ":u": "u1", ":t": 20 } },
))
  tokens.push(...page.Items.map((item) => item.token));
say("query", tokens);

let counted = 0;
for await (const page of paginateScan({ client: documents, pageSize: 7 }, { TableName, FilterExpression: "contains(#r, :r)", ExpressionAttributeNames: { "#r": "roles" }, ExpressionAttributeValues: { ":r": "r0" } }))
  counted += page.Count;
say("scan", counted);

const updated = await documents.send(
  new UpdateCommand({
    TableName,
    Key: { user: "u0", token: "t00" },
    UpdateExpression: "SET expires = expires + :h, seen = list_append(if_not_exists(seen, :none), :now) ADD #r :more",
    ConditionExpression: "expires BETWEEN :low AND :high",
    ExpressionAttributeNames: { "#r": "roles" },
    ExpressionAttributeValues: { ":h": 3600, ":none": [], ":now": ["noon"], ":more": new Set(["z"]), ":low": 0, ":high": 10 },
    ReturnValues: "ALL_NEW",
  }),
);
say("updated", updated.Attributes);

try {
  await documents.send(new PutCommand({ TableName, Item: { user: "u0", token: "t00" }, ConditionExpression: "attribute_not_exists(expires)", ReturnValuesOnConditionCheckFailure: "ALL_OLD" }));
} catch (error) {
  say("condition", [error instanceof ConditionalCheckFailedException, error.message, error.Item.expires.N, error.$metadata.httpStatusCode]);
}

try {
  await documents.send(
    new TransactWriteCommand({
      TransactItems: [
        { Delete: { TableName, Key: { user: "u0", token: "t02" } } },
        { ConditionCheck: { TableName, Key: { user: "nobody", token: "x" }, ConditionExpression: "attribute_exists(expires)" } },
      ],
    }),
  );
} catch (error) {
  say("transaction", [error instanceof TransactionCanceledException, error.CancellationReasons.map((reason) => reason.Code)]);
}

const both = await documents.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [{ user: "u0", token: "t02" }, { user: "none", token: "x" }], ProjectionExpression: "expires" } } }));
say("batch get", both.Responses[TableName]);

await client.send(new DeleteTableCommand({ TableName }));
say("deleted", (await waitUntilTableNotExists({ client, maxWaitTime: 30 }, { TableName })).state);
