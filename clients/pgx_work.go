// An application's work with pgx: each step prints a line. Argument: the connection string.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"database/sql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
)

func show(step string, values ...any) { b, _ := json.Marshal(values); fmt.Println(step, string(b)) }

// named leaves out the number by which pgx shows a type that it hasn't loaded.
func named(name string) string {
	if strings.Trim(name, "0123456789") == "" {
		return "its OID"
	}
	return name
}

// must ends the program at an unexpected error.
func must(err error) {
	if err != nil {
		var pe *pgconn.PgError
		if errors.As(err, &pe) {
			panic(fmt.Sprintf("%+v", *pe))
		}
		panic(err)
	}
}

type Order struct {
	ID     int64
	Who    string
	Total  pgtype.Numeric
	Placed time.Time
	Tags   []string
	Nums   []int32
	Doc    map[string]any
	Raw    []byte
	U      pgtype.UUID
	D      pgtype.Date
	T      pgtype.Time
	I      pgtype.Interval
	F4     float32
	F8     float64
	B      bool
	N      *int16
}

func main() {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, os.Args[1])
	must(err)
	_, err = c.Exec(ctx, "CREATE TYPE mood AS ENUM ('sad','ok')")
	must(err)
	_, err = c.Exec(ctx, "CREATE TABLE orders (id bigserial PRIMARY KEY, who text UNIQUE, total numeric(12,2), placed timestamptz, tags text[], nums int4[], doc jsonb, raw bytea, u uuid, d date, t time, i interval, f4 float4, f8 float8, b bool, n int2, m mood, j json, v varchar(5), moods mood[])")
	must(err)
	var id int64
	must(c.QueryRow(ctx, "INSERT INTO orders (who,total,placed,tags,nums,doc,raw,u,d,t,i,f4,f8,b,n,m) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16) RETURNING id", "ü", "12.50", time.Date(2024, 2, 29, 12, 34, 56, 123456000, time.UTC), []string{"a", "b\""}, []int32{1, 2}, map[string]any{"k": []int{1}}, []byte{0, 255}, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), pgtype.Time{Microseconds: 5000000, Valid: true}, 26*time.Hour, float32(1.5), 0.1, true, nil, "ok").Scan(&id))
	show("id", id)
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol} {
		rows, err := c.Query(ctx, "SELECT id, who, total, placed, tags, nums, doc, raw, u, d, t, i, f4, f8, b, n FROM orders WHERE id = $1", mode, int64(1))
		must(err)
		got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Order])
		must(err)
		for i := range got {
			got[i].Placed = got[i].Placed.UTC()
		}
		show("row "+mode.String(), got)
	}
	types, err := c.LoadTypes(ctx, []string{"mood", "_mood"})
	if err != nil {
		show("loadtypes", err.Error())
	} else {
		c.TypeMap().RegisterTypes(types)
		show("types", len(types))
	}
	dt, err := c.LoadType(ctx, "mood")
	if err != nil {
		show("loadtype", err.Error())
	} else {
		show("type", dt.Name)
	}
	_, err = c.Exec(ctx, "INSERT INTO orders (who) VALUES ('ü')")
	var pe *pgconn.PgError
	errors.As(err, &pe)
	show("error", pe.Code, pe.Message, pe.Detail, pe.ConstraintName, pe.TableName)
	tx, err := c.Begin(ctx)
	must(err)
	_, err = tx.Exec(ctx, "INSERT INTO orders (who) VALUES ('tx')")
	must(err)
	in, err := tx.Begin(ctx)
	must(err)
	_, err = in.Exec(ctx, "DELETE FROM orders")
	must(err)
	must(in.Rollback(ctx))
	must(tx.Commit(ctx))
	err = pgx.BeginTxFunc(ctx, c, pgx.TxOptions{IsoLevel: pgx.Serializable, AccessMode: pgx.ReadOnly, DeferrableMode: pgx.Deferrable}, func(tx pgx.Tx) error { _, err := tx.Exec(ctx, "DELETE FROM orders"); return err })
	errors.As(err, &pe)
	show("readonly", pe.Code)
	n, err := c.CopyFrom(ctx, pgx.Identifier{"orders"}, []string{"who", "n", "total", "tags", "placed", "doc", "f8", "m"}, pgx.CopyFromSlice(5000, func(i int) ([]any, error) {
		return []any{fmt.Sprint("c", i), int16(i), pgtype.Numeric{}, []string{fmt.Sprint(i)}, time.Unix(int64(i), 0), map[string]any{"i": i}, float64(i) / 3, "sad"}, nil
	}))
	must(err)
	show("copied", n)
	var sum int64
	must(c.QueryRow(ctx, "SELECT sum(n) FROM orders").Scan(&sum))
	show("sum", sum)
	var buf bytes.Buffer
	tag, err := c.PgConn().CopyTo(ctx, &buf, "COPY (SELECT who, n FROM orders ORDER BY id LIMIT 3) TO STDOUT")
	must(err)
	show("copyto", tag.String(), buf.String())
	b := &pgx.Batch{}
	for i := 0; i < 10; i++ {
		b.Queue("SELECT $1::int * 2", i)
	}
	b.Queue("UPDATE orders SET n = n + 1 WHERE n < $1", 5)
	br := c.SendBatch(ctx, b)
	total := 0
	for i := 0; i < 10; i++ {
		var v int
		must(br.QueryRow().Scan(&v))
		total += v
	}
	tag, err = br.Exec()
	must(err)
	show("batch", total, tag.RowsAffected())
	must(br.Close())
	_, err = c.Prepare(ctx, "named", "SELECT count(*) FROM orders WHERE n = ANY($1)")
	must(err)
	var cnt int
	must(c.QueryRow(ctx, "named", []int16{10, 11}).Scan(&cnt))
	show("any", cnt)
	must(c.Deallocate(ctx, "named"))
	_, err = c.Exec(ctx, "LISTEN channel")
	must(err)
	pool, err := pgxpool.New(ctx, os.Args[1])
	must(err)
	_, err = pool.Exec(ctx, "SELECT pg_notify('channel', $1)", "hello")
	must(err)
	nt, err := c.WaitForNotification(ctx)
	must(err)
	show("notified", nt.Channel, nt.Payload)
	done := make(chan error, 20)
	for i := 0; i < 20; i++ {
		go func(i int) {
			var v int
			err := pool.QueryRow(ctx, "SELECT $1::int", i).Scan(&v)
			if err == nil && v != i {
				err = errors.New("wrong")
			}
			done <- err
		}(i)
	}
	for i := 0; i < 20; i++ {
		must(<-done)
	}
	pool.Close()
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	_, err = c.Exec(short, "SELECT pg_sleep(10)")
	cancel()
	show("timeout", err != nil && strings.Contains(err.Error(), "timeout"))
	sqlDB, err := sql.Open("pgx", os.Args[1])
	must(err)
	var name string
	var at sql.NullTime
	must(sqlDB.QueryRow("SELECT who, placed FROM orders WHERE id = $1", 1).Scan(&name, &at))
	show("sql", name, at.Time.UTC())
	rs, err := sqlDB.Query("SELECT * FROM orders LIMIT 0")
	must(err)
	cts, _ := rs.ColumnTypes()
	for _, ct := range cts {
		l, lok := ct.Length()
		p, s, pok := ct.DecimalSize()
		show("column", ct.Name(), named(ct.DatabaseTypeName()), l, lok, p, s, pok)
	}
	rs.Close()
	sqlDB.Close()
	desc, err := c.Prepare(ctx, "", "UPDATE orders SET total = $1, doc = $2, m = $3 WHERE id = $4")
	if err != nil {
		c, err = pgx.Connect(ctx, os.Args[1])
		must(err)
		desc, err = c.Prepare(ctx, "", "UPDATE orders SET total = $1, doc = $2 WHERE id = $3")
		must(err)
	}
	show("params", desc.ParamOIDs)
	_, err = c.Exec(ctx, "DROP TABLE orders; DROP TYPE mood")
	must(err)
	c.Close(ctx)
}
