import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.sql.*;
import java.time.*;
import java.util.*;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** An application's work with pgjdbc, and DatabaseMetaData: each step prints lines. Argument: the JDBC URL. */
public class PgjdbcWork {
    static final String[] SCHEMA = {
        "CREATE SCHEMA jd",
        "SET search_path = jd",
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "CREATE TABLE customers (id serial PRIMARY KEY, name varchar(40) NOT NULL, born date DEFAULT CURRENT_DATE, m mood, UNIQUE (name, born))",
        "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY,"
            + " customer int REFERENCES customers ON DELETE CASCADE ON UPDATE SET NULL, total numeric(10,2) DEFAULT 0,"
            + " placed timestamptz, seen timestamp, at time, f4 real, f8 double precision, i2 smallint, b boolean, raw bytea,"
            + " u uuid, j jsonb, tags text[], nums int[], ch char(3), iv interval,"
            + " gen int GENERATED ALWAYS AS (i2 * 2) STORED, PRIMARY KEY (id, customer))",
        "CREATE INDEX orders_total ON orders (total DESC, placed)",
        "CREATE UNIQUE INDEX orders_some ON orders (lower(ch)) WHERE b",
        "CREATE VIEW big AS SELECT id, total FROM orders WHERE total > 10",
        "CREATE SEQUENCE numbers",
        "COMMENT ON TABLE orders IS 'the orders'",
        "COMMENT ON COLUMN orders.total IS 'their sum'",
    };
    static final String[] FAULTS = {
        "INSERT INTO customers (name, born) VALUES ('ü', '2024-02-29')",
        "INSERT INTO orders (customer) VALUES (77)",
        "INSERT INTO customers (name) VALUES (NULL)",
        "INSERT INTO customers (name) VALUES (repeat('x', 41))",
        "SELECT nope FROM orders",
        "SELECT 1/0",
    };

    static void show(String step, Object value) {
        System.out.println(step + "\t" + String.valueOf(value).replace("\n", "\\n"));
    }

    /** Shows the rows in some order of their own, without the columns to be left out. */
    static void rows(String step, ResultSet result, String... leftOut) throws SQLException {
        Set<String> skipped = Set.of(leftOut);
        ResultSetMetaData columns = result.getMetaData();
        List<String> lines = new ArrayList<>();
        while (result.next()) {
            StringBuilder line = new StringBuilder();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                String name = columns.getColumnLabel(i);
                if (!skipped.contains(name)) {
                    line.append(name).append('=').append(result.getObject(i)).append(' ');
                }
            }
            lines.add(line.toString());
        }
        result.close();
        Collections.sort(lines);
        lines.forEach(line -> show(step, line));
        show(step, lines.size() + " rows");
    }

    static Connection connect(String url, String mode) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "terrascale");
        properties.setProperty("preferQueryMode", mode);
        return DriverManager.getConnection(url, properties);
    }

    public static void main(String[] arguments) throws Exception {
        String url = arguments[0];
        for (String mode : List.of("simple", "extended", "extendedForPrepared", "extendedCacheEverything")) {
            try (Connection connection = connect(url, mode);
                    PreparedStatement statement = connection.prepareStatement("SELECT ?::int + 1, now() IS NULL")) {
                for (int n = 0; n < 7; n++) {
                    statement.setInt(1, n);
                    ResultSet result = statement.executeQuery();
                    result.next();
                    show(mode, result.getInt(1));
                }
            }
        }
        try (Connection connection = DriverManager.getConnection(url, "terrascale", "")) {
            try (Statement statement = connection.createStatement()) {
                for (String sql : SCHEMA) {
                    statement.execute(sql);
                }
            }
            writes(connection);
            reads(connection);
            faults(connection);
            copies(connection);
            describes(connection);
            special(connection);
        }
    }

    static void writes(Connection connection) throws SQLException {
        String customer = "INSERT INTO customers (name, born, m) VALUES (?, ?, ?::mood)";
        try (PreparedStatement statement = connection.prepareStatement(customer, Statement.RETURN_GENERATED_KEYS)) {
            statement.setString(1, "ü");
            statement.setDate(2, java.sql.Date.valueOf("2024-02-29"));
            statement.setString(3, "ok");
            statement.executeUpdate();
            rows("generated keys", statement.getGeneratedKeys());
        }
        connection.setAutoCommit(false);
        String order = "INSERT INTO orders (customer, total, placed, seen, at, f4, f8, i2, b, raw, u, j, tags, nums, ch, iv)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?::interval)";
        try (PreparedStatement statement = connection.prepareStatement(order)) {
            for (int n = 0; n < 1000; n++) {
                Object[] values = {
                    1, new BigDecimal(n + ".25"), OffsetDateTime.parse("2024-02-29T12:34:56.123456Z").plusDays(n),
                    LocalDateTime.parse("2024-02-29T12:34:56"), LocalTime.parse("12:34:56"), 1.5f, 0.1, (short) (n % 100), false,
                    new byte[] {0, (byte) 255}, UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), "{\"k\":" + n + "}",
                    connection.createArrayOf("text", new String[] {"a", "b\"", null}),
                    connection.createArrayOf("int4", new Integer[] {1, 2}), "ab", "1 day 2 hours",
                };
                for (int i = 0; i < values.length; i++) {
                    statement.setObject(i + 1, values[i]);
                }
                statement.addBatch();
            }
            show("batch", Arrays.stream(statement.executeBatch()).sum());
        }
        connection.commit();
    }

    static void reads(Connection connection) throws SQLException {
        String query = "SELECT * FROM orders WHERE total < ? ORDER BY id LIMIT 20";
        for (int size : new int[] {0, 7}) {
            try (PreparedStatement statement = connection.prepareStatement(query)) {
                statement.setFetchSize(size);
                statement.setBigDecimal(1, new BigDecimal("30"));
                // From the fifth run on, the statement has a name and its results are binary.
                for (int run = 0; run < 7; run++) {
                    try (ResultSet result = statement.executeQuery()) {
                        int count = 0;
                        while (result.next()) {
                            if (count++ == 0 && run > 4) {
                                values(result);
                            }
                        }
                        show("rows", count);
                    }
                }
            }
        }
        connection.commit();
    }

    static void values(ResultSet result) throws SQLException {
        show("values", List.of(
            result.getLong(1), result.getBigDecimal("total"), result.getObject("placed", OffsetDateTime.class),
            result.getObject("seen", LocalDateTime.class), result.getObject("at", LocalTime.class), result.getFloat("f4"),
            result.getDouble("f8"), result.getShort("i2"), result.getBoolean("b"), Arrays.toString(result.getBytes("raw")),
            result.getObject("u"), result.getString("j"), Arrays.toString((Object[]) result.getArray("tags").getArray()),
            Arrays.toString((Object[]) result.getArray("nums").getArray()), result.getString("ch"), result.getObject("iv"),
            result.getInt("gen")));
        ResultSetMetaData m = result.getMetaData();
        for (int i = 1; i <= m.getColumnCount(); i++) {
            show("column", List.of(
                m.getColumnName(i), m.getColumnTypeName(i), m.getColumnType(i), m.getPrecision(i), m.getScale(i), m.isNullable(i),
                m.isAutoIncrement(i), m.getTableName(i), m.getSchemaName(i), m.getColumnDisplaySize(i), m.getColumnClassName(i)));
        }
    }

    static void faults(Connection connection) throws SQLException {
        Savepoint savepoint = connection.setSavepoint("before");
        for (String sql : FAULTS) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (PSQLException error) {
                ServerErrorMessage m = error.getServerErrorMessage();
                show("error", error.getSQLState() + " " + error.getMessage() + " " + m.getConstraint() + " " + m.getTable() + " " + m.getColumn());
            }
            connection.rollback(savepoint);
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    static void copies(Connection connection) throws Exception {
        CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < 5000; n++) {
            text.append("n").append(n).append("\t2020-01-01\n");
        }
        show("copied", copy.copyIn("COPY customers (name, born) FROM STDIN", new StringReader(text.toString())));
        StringWriter out = new StringWriter();
        show("copied out", copy.copyOut("COPY (SELECT name FROM customers ORDER BY id LIMIT 3) TO STDOUT CSV HEADER", out));
        show("text", out);
    }

    static void describes(Connection connection) throws SQLException {
        DatabaseMetaData d = connection.getMetaData();
        show("product", List.of(d.getDatabaseProductName(), d.getDatabaseMajorVersion(), d.getDefaultTransactionIsolation(), d.getMaxColumnNameLength()));
        show("keywords", d.getSQLKeywords());
        rows("schemas", d.getSchemas());
        rows("table types", d.getTableTypes());
        rows("tables", d.getTables(null, "jd", "%", null));
        rows("tables and views", d.getTables(null, "jd", "%", new String[] {"TABLE", "VIEW"}));
        rows("system tables", d.getTables(null, "pg_catalog", "pg_am%", null));
        rows("columns", d.getColumns(null, "jd", "%", "%"));
        rows("primary key", d.getPrimaryKeys(null, "jd", "orders"));
        rows("imported", d.getImportedKeys(null, "jd", "orders"));
        rows("exported", d.getExportedKeys(null, "jd", "customers"));
        rows("cross", d.getCrossReference(null, "jd", "customers", null, "jd", "orders"));
        // How many rows and pages an index has is estimated, and differs.
        rows("indexes", d.getIndexInfo(null, "jd", "orders", false, false), "CARDINALITY", "PAGES");
        rows("unique indexes", d.getIndexInfo(null, "jd", "customers", true, true), "CARDINALITY", "PAGES");
        rows("best row", d.getBestRowIdentifier(null, "jd", "orders", DatabaseMetaData.bestRowSession, true));
        rows("version columns", d.getVersionColumns(null, "jd", "orders"));
        rows("types", d.getTypeInfo());
        rows("own types", d.getUDTs(null, "jd", "%", null));
        rows("functions", d.getFunctions(null, "pg_catalog", "array_%"));
        rows("function columns", d.getFunctionColumns(null, "pg_catalog", "array_append", "%"));
        rows("procedures", d.getProcedures(null, null, "%"));
        rows("procedure columns", d.getProcedureColumns(null, "pg_catalog", "array_cat", "%"));
        rows("privileges", d.getTablePrivileges(null, "jd", "orders"));
        rows("column privileges", d.getColumnPrivileges(null, "jd", "orders", "total"));
        rows("client info", d.getClientInfoProperties());
        try (PreparedStatement statement = connection.prepareStatement("UPDATE orders SET total = ?, j = ?, tags = ? WHERE id = ?")) {
            ParameterMetaData m = statement.getParameterMetaData();
            for (int i = 1; i <= m.getParameterCount(); i++) {
                show("parameter", List.of(m.getParameterTypeName(i), m.getParameterType(i), m.getParameterClassName(i)));
            }
        }
    }

    static void special(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
            ResultSet result = statement.executeQuery("SELECT * FROM customers WHERE id = 1");
            result.next();
            result.updateString("name", "renamed");
            result.updateRow();
            result.moveToInsertRow();
            result.updateString("name", "inserted");
            result.insertRow();
            result.close();
            rows("updatable", statement.executeQuery("SELECT name FROM customers WHERE name IN ('renamed', 'inserted')"));
        }
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            statement.execute("SELECT pg_sleep(60)");
        } catch (SQLException error) {
            show("time-out", error.getSQLState());
        }
        for (int level : new int[] {Connection.TRANSACTION_SERIALIZABLE, Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_READ_COMMITTED}) {
            connection.setTransactionIsolation(level);
            show("isolation", connection.getTransactionIsolation());
        }
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM orders");
        } catch (SQLException error) {
            show("read only", error.getSQLState());
        }
        connection.rollback();
        connection.setAutoCommit(true);
        connection.setReadOnly(false);
        try (CallableStatement statement = connection.prepareCall("{? = call upper(?)}")) {
            statement.registerOutParameter(1, Types.VARCHAR);
            statement.setString(2, "abc");
            statement.execute();
            show("call", statement.getString(1));
        }
        try (Statement statement = connection.createStatement()) {
            rows("escapes", statement.executeQuery(
                "SELECT {fn concat('a', 'b')}, {d '2024-01-01'}, {ts '2024-01-01 00:00:00'}, {fn locate('b', 'abc')}, {fn year({d '2024-01-01'})},"
                    + " {fn timestampdiff(SQL_TSI_DAY, {ts '2024-01-01 00:00:00'}, {ts '2024-01-05 00:00:00'})}"));
        }
        show("valid", connection.isValid(60));
        show("schema", connection.getSchema());
        connection.setSchema("public");
        show("schema", connection.getSchema());
    }
}
