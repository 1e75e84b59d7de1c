DROP TABLE IF EXISTS audits {{on_cluster}} SYNC;
