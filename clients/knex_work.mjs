// An application's work with Knex: schema builder, queries, transactions, migrations. Argument: the connection string.
import knex from "knex";

const database = knex({ client: "pg", connection: process.argv[2] });
const show = (step, value) => console.log(JSON.stringify({ step, value }));

// The schema builder, and what it reads back.
await database.schema.createTable("users", (table) => {
  table.increments("id");
  table.string("email").notNullable().unique();
  table.enu("role", ["a", "b"]).defaultTo("a");
  table.enu("mood", ["sad", "ok"], { useNative: true, enumName: "mood" });
  table.jsonb("meta");
  table.specificType("tags", "text[]");
  table.timestamps(true, true);
  table.decimal("balance", 12, 2).defaultTo(0);
  table.boolean("ok").defaultTo(true);
  table.uuid("token").defaultTo(database.raw("gen_random_uuid()"));
  table.comment("the users");
});
await database.schema.createTable("posts", (table) => {
  table.bigIncrements("id");
  table.integer("user_id").notNullable().references("id").inTable("users").onDelete("CASCADE").index();
  table.text("title");
  table.float("score");
  table.date("day");
  table.binary("blob");
  table.unique(["user_id", "title"]);
});
await database.schema.alterTable("users", (table) => {
  table.string("nick", 40).nullable().comment("short");
  table.index(["role", "nick"], "users_role_nick");
  table.renameColumn("ok", "fine");
});
await database.schema.alterTable("users", (table) => table.string("nick", 80).notNullable().defaultTo("-").alter());
show("has", [await database.schema.hasTable("users"), await database.schema.hasColumn("users", "fine"), await database.schema.hasColumn("users", "ok")]);
show("columns", await database("users").columnInfo());

// Queries.
const users = await database("users").insert([{ email: "a@x", meta: { x: 1 }, mood: "ok" }, { email: "b@x", role: "b" }], ["id", "email"]);
show("inserted", users);
show("upsert", await database("users").insert({ email: "a@x", nick: "al" }).onConflict("email").merge(["nick"]).returning(["id", "nick"]));
show("ignored", await database("users").insert({ email: "a@x" }).onConflict("email").ignore().returning("id"));
await database.transaction((trx) => trx("posts").insert([{ user_id: users[0].id, title: "t1", score: 1.5 }, { user_id: users[1].id, title: "t2" }]));
const fail = async (trx) => {
  await trx("posts").del();
  throw new Error("back");
};
show("rolled back", await database.transaction(fail).catch((error) => error.message));
await database.transaction(async (trx) => {
  await trx("posts").insert({ user_id: users[0].id, title: "t9" });
  show("savepoint", await trx.transaction(fail).catch((error) => error.message));
});
show("join", await database("users").join("posts", "users.id", "posts.user_id").select("email", "title").orderBy("title"));
show("aggregates", await database("posts").count("* as n").max("score as m").first());
show("subquery", await database("users").whereIn("id", database("posts").select("user_id").where("score", ">", 1)).pluck("email"));
show("with", await database.with("w", database("posts").select("user_id").groupBy("user_id")).select("*").from("w").orderBy("user_id"));
show("union", await database("users").select("email").unionAll(database("posts").select("title")).orderBy(1));
show("path", await database("users").whereJsonPath("meta", "$.x", "=", 1).pluck("email"));
show("extract", await database("users").jsonExtract("meta", "$.x", "x").orderBy("id"));
show("superset", await database("users").whereJsonSupersetOf("meta", { x: 1 }).pluck("email"));
show("json set", await database("users").where({ email: "a@x" }).update({ meta: database.jsonSet("meta", "$.y", "2") }).returning("meta"));
show("increment", await database("users").where({ email: "a@x" }).increment("balance", 5).returning("balance"));
show("locked", await database.transaction((trx) => trx("users").where("id", users[0].id).forUpdate().skipLocked().pluck("id")));
await database.batchInsert("posts", Array.from({ length: 1000 }, (_, n) => ({ user_id: users[0].id, title: `b${n}` })), 100);
show("batch", await database("posts").count());
show("window", await database("posts").select("title").rank("r", "title").limit(2));
let streamed = 0;
for await (const row of database("posts").select("id").stream()) streamed += row.id ? 1 : 0;
show("streamed", streamed);
show("error", await database("posts").insert({ user_id: 99, title: "x" }).catch((error) => [error.code, error.constraint, error.detail]));
show("enum error", await database("users").insert({ email: "c@x", role: "z" }).catch((error) => [error.code, error.constraint]));

// Views, and changes of the schema.
await database.schema.createView("mails", (view) => {
  view.columns(["mail"]);
  view.as(database("users").select("email"));
});
show("view", await database("mails").orderBy("mail"));
await database.schema.dropView("mails");
await database.schema.alterTable("posts", (table) => {
  table.dropUnique(["user_id", "title"]);
  table.dropForeign("user_id");
  table.dropColumn("blob");
});
await database.schema.renameTable("posts", "articles");
show("renamed", [await database.schema.hasTable("posts"), await database.schema.hasTable("articles")]);
await database("articles").truncate();

// Migrations, up and back.
const steps = {
  first: {
    up: (trx) => trx.schema.createTable("migrated", (table) => table.increments()),
    down: (trx) => trx.schema.dropTable("migrated"),
  },
  second: {
    up: (trx) => trx.schema.alterTable("migrated", (table) => table.string("x")),
    down: (trx) => trx.schema.alterTable("migrated", (table) => table.dropColumn("x")),
  },
};
const source = { getMigrations: async () => Object.keys(steps), getMigrationName: (name) => name, getMigration: async (name) => steps[name] };
const config = { migrationSource: source };
show("migrated", await database.migrate.latest(config));
show("version", await database.migrate.currentVersion(config));
show("listed", (await database.migrate.list(config)).map((group) => group.length));
show("migrated back", await database.migrate.rollback(config, true));
await database.destroy();
