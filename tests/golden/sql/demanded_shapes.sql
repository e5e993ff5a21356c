-- The shape of each relation that tools ask for (names and types of all columns), and its own OID's name.
SELECT * FROM pg_catalog.pg_aggregate LIMIT 0;

SELECT * FROM pg_catalog.pg_am LIMIT 0;

SELECT * FROM pg_catalog.pg_amop LIMIT 0;

SELECT * FROM pg_catalog.pg_amproc LIMIT 0;

SELECT * FROM pg_catalog.pg_attrdef LIMIT 0;

SELECT * FROM pg_catalog.pg_attribute LIMIT 0;

SELECT * FROM pg_catalog.pg_auth_members LIMIT 0;

SELECT * FROM pg_catalog.pg_authid LIMIT 0;

SELECT * FROM pg_catalog.pg_available_extension_versions LIMIT 0;

SELECT * FROM pg_catalog.pg_available_extensions LIMIT 0;

SELECT * FROM pg_catalog.pg_cast LIMIT 0;

SELECT * FROM pg_catalog.pg_class LIMIT 0;

SELECT * FROM pg_catalog.pg_collation LIMIT 0;

SELECT * FROM pg_catalog.pg_constraint LIMIT 0;

SELECT * FROM pg_catalog.pg_conversion LIMIT 0;

SELECT * FROM pg_catalog.pg_database LIMIT 0;

SELECT * FROM pg_catalog.pg_db_role_setting LIMIT 0;

SELECT * FROM pg_catalog.pg_default_acl LIMIT 0;

SELECT * FROM pg_catalog.pg_depend LIMIT 0;

SELECT * FROM pg_catalog.pg_description LIMIT 0;

SELECT * FROM pg_catalog.pg_enum LIMIT 0;

SELECT * FROM pg_catalog.pg_event_trigger LIMIT 0;

SELECT * FROM pg_catalog.pg_extension LIMIT 0;

SELECT * FROM pg_catalog.pg_foreign_data_wrapper LIMIT 0;

SELECT * FROM pg_catalog.pg_foreign_server LIMIT 0;

SELECT * FROM pg_catalog.pg_foreign_table LIMIT 0;

SELECT * FROM pg_catalog.pg_index LIMIT 0;

SELECT * FROM pg_catalog.pg_indexes LIMIT 0;

SELECT * FROM pg_catalog.pg_inherits LIMIT 0;

SELECT * FROM pg_catalog.pg_init_privs LIMIT 0;

SELECT * FROM pg_catalog.pg_language LIMIT 0;

SELECT * FROM pg_catalog.pg_largeobject LIMIT 0;

SELECT * FROM pg_catalog.pg_largeobject_metadata LIMIT 0;

SELECT * FROM pg_catalog.pg_locks LIMIT 0;

SELECT * FROM pg_catalog.pg_matviews LIMIT 0;

SELECT * FROM pg_catalog.pg_namespace LIMIT 0;

SELECT * FROM pg_catalog.pg_opclass LIMIT 0;

SELECT * FROM pg_catalog.pg_operator LIMIT 0;

SELECT * FROM pg_catalog.pg_opfamily LIMIT 0;

SELECT * FROM pg_catalog.pg_parameter_acl LIMIT 0;

SELECT * FROM pg_catalog.pg_partitioned_table LIMIT 0;

SELECT * FROM pg_catalog.pg_policies LIMIT 0;

SELECT * FROM pg_catalog.pg_policy LIMIT 0;

SELECT * FROM pg_catalog.pg_prepared_xacts LIMIT 0;

SELECT * FROM pg_catalog.pg_proc LIMIT 0;

SELECT * FROM pg_catalog.pg_publication LIMIT 0;

SELECT * FROM pg_catalog.pg_publication_namespace LIMIT 0;

SELECT * FROM pg_catalog.pg_publication_rel LIMIT 0;

SELECT * FROM pg_catalog.pg_publication_tables LIMIT 0;

SELECT * FROM pg_catalog.pg_range LIMIT 0;

SELECT * FROM pg_catalog.pg_replication_origin LIMIT 0;

SELECT * FROM pg_catalog.pg_replication_slots LIMIT 0;

SELECT * FROM pg_catalog.pg_rewrite LIMIT 0;

SELECT * FROM pg_catalog.pg_roles LIMIT 0;

SELECT * FROM pg_catalog.pg_seclabel LIMIT 0;

SELECT * FROM pg_catalog.pg_seclabels LIMIT 0;

SELECT * FROM pg_catalog.pg_sequence LIMIT 0;

SELECT * FROM pg_catalog.pg_sequences LIMIT 0;

SELECT * FROM pg_catalog.pg_settings LIMIT 0;

SELECT * FROM pg_catalog.pg_shdepend LIMIT 0;

SELECT * FROM pg_catalog.pg_shdescription LIMIT 0;

SELECT * FROM pg_catalog.pg_shseclabel LIMIT 0;

SELECT * FROM pg_catalog.pg_stat_activity LIMIT 0;

SELECT * FROM pg_catalog.pg_stat_replication LIMIT 0;

SELECT * FROM pg_catalog.pg_stat_user_indexes LIMIT 0;

SELECT * FROM pg_catalog.pg_stat_user_tables LIMIT 0;

SELECT * FROM pg_catalog.pg_statio_all_tables LIMIT 0;

SELECT * FROM pg_catalog.pg_statistic LIMIT 0;

SELECT * FROM pg_catalog.pg_statistic_ext LIMIT 0;

SELECT * FROM pg_catalog.pg_statistic_ext_data LIMIT 0;

SELECT * FROM pg_catalog.pg_subscription LIMIT 0;

SELECT * FROM pg_catalog.pg_subscription_rel LIMIT 0;

SELECT * FROM pg_catalog.pg_tables LIMIT 0;

SELECT * FROM pg_catalog.pg_tablespace LIMIT 0;

SELECT * FROM pg_catalog.pg_timezone_abbrevs LIMIT 0;

SELECT * FROM pg_catalog.pg_timezone_names LIMIT 0;

SELECT * FROM pg_catalog.pg_transform LIMIT 0;

SELECT * FROM pg_catalog.pg_trigger LIMIT 0;

SELECT * FROM pg_catalog.pg_ts_config LIMIT 0;

SELECT * FROM pg_catalog.pg_ts_config_map LIMIT 0;

SELECT * FROM pg_catalog.pg_ts_dict LIMIT 0;

SELECT * FROM pg_catalog.pg_ts_parser LIMIT 0;

SELECT * FROM pg_catalog.pg_ts_template LIMIT 0;

SELECT * FROM pg_catalog.pg_type LIMIT 0;

SELECT * FROM pg_catalog.pg_user LIMIT 0;

SELECT * FROM pg_catalog.pg_user_mapping LIMIT 0;

SELECT * FROM pg_catalog.pg_user_mappings LIMIT 0;

SELECT * FROM pg_catalog.pg_views LIMIT 0;

SELECT * FROM information_schema.columns LIMIT 0;

SELECT * FROM information_schema.constraint_column_usage LIMIT 0;

SELECT * FROM information_schema.key_column_usage LIMIT 0;

SELECT * FROM information_schema.routine_privileges LIMIT 0;

SELECT * FROM information_schema.schemata LIMIT 0;

SELECT * FROM information_schema.sequences LIMIT 0;

SELECT * FROM information_schema.sql_features LIMIT 0;

SELECT * FROM information_schema.sql_implementation_info LIMIT 0;

SELECT * FROM information_schema.sql_parts LIMIT 0;

SELECT * FROM information_schema.sql_sizing LIMIT 0;

SELECT * FROM information_schema.table_constraints LIMIT 0;

SELECT * FROM information_schema.table_privileges LIMIT 0;

SELECT * FROM information_schema.tables LIMIT 0;

SELECT * FROM information_schema.views LIMIT 0;

