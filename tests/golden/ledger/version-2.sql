PRAGMA application_id=1634168420;
PRAGMA user_version=2;
BEGIN TRANSACTION;
CREATE TABLE changes (
            id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (id), action TEXT NOT NULL,
            key TEXT NOT NULL, rule TEXT NOT NULL, calendar TEXT NOT NULL, before TEXT, before_digest TEXT NOT NULL,
            after TEXT, digest TEXT NOT NULL, why TEXT NOT NULL, status TEXT, message TEXT NOT NULL DEFAULT '');
INSERT INTO "changes" VALUES(1,1,'create','a/1','a','personal',NULL,'','{"title": "Réflexion — “deep”", "start": "2026-11-23T08:00:00+00:00", "end": "2026-11-23T10:00:00+00:00", "zone": "Europe/Paris", "show_as": "free", "kind": "focus", "notes": "two\nlines", "place": "Bureau", "color": "7", "visibility": "private", "remind": [5, 10], "guests": ["bob@example.com", "chloé@bücher.example"]}','title=773b5de5;time=5f139e24;show_as=3e07f22f;kind=16e74603;notes=60166444;place=f991e7a2;color=266aa588;visibility=24ed6504;remind=624b5d2d;guests=2019215d','[["after-event", {"title": "Board — “β”"}]]','done','');
INSERT INTO "changes" VALUES(2,1,'create','a/2','a','personal',NULL,'','{"title": "Off", "start": "2026-12-24", "end": "2026-12-26", "zone": "", "show_as": "busy", "kind": "default", "notes": "", "place": "", "color": "", "visibility": "default", "remind": null, "guests": []}','title=50accd74;time=06e1bfbe;show_as=d0eba251;kind=1080a608;notes=12ae32cb;place=12ae32cb;color=12ae32cb;visibility=1080a608;remind=74234e98;guests=4f53cda1','[]','done','');
INSERT INTO "changes" VALUES(3,2,'update','a/1','a','personal','{"title": "Réflexion — “deep”", "start": "2026-11-23T08:00:00+00:00", "end": "2026-11-23T10:00:00+00:00", "zone": "Europe/Paris", "show_as": "free", "kind": "focus", "notes": "two\nlines", "place": "Bureau", "color": "7", "visibility": "private", "remind": [5, 10], "guests": ["bob@example.com", "chloé@bücher.example"]}','title=773b5de5;time=5f139e24;show_as=3e07f22f;kind=16e74603;notes=60166444;place=f991e7a2;color=266aa588;visibility=24ed6504;remind=624b5d2d;guests=2019215d','{"title": "Off", "start": "2026-12-24", "end": "2026-12-26", "zone": "", "show_as": "busy", "kind": "default", "notes": "", "place": "", "color": "", "visibility": "default", "remind": null, "guests": []}','title=50accd74;time=06e1bfbe;show_as=d0eba251;kind=1080a608;notes=12ae32cb;place=12ae32cb;color=12ae32cb;visibility=1080a608;remind=74234e98;guests=4f53cda1','[]','done','');
INSERT INTO "changes" VALUES(4,2,'delete','a/2','a','personal','{"title": "Off", "start": "2026-12-24", "end": "2026-12-26", "zone": "", "show_as": "busy", "kind": "default", "notes": "", "place": "", "color": "", "visibility": "default", "remind": null, "guests": []}','title=50accd74;time=06e1bfbe;show_as=d0eba251;kind=1080a608;notes=12ae32cb;place=12ae32cb;color=12ae32cb;visibility=1080a608;remind=74234e98;guests=4f53cda1',NULL,'','[]','done','');
INSERT INTO "changes" VALUES(5,3,'create','a/3','a','personal',NULL,'','{"title": "Réflexion — “deep”", "start": "2026-11-23T08:00:00+00:00", "end": "2026-11-23T10:00:00+00:00", "zone": "Europe/Paris", "show_as": "free", "kind": "focus", "notes": "two\nlines", "place": "Bureau", "color": "7", "visibility": "private", "remind": [5, 10], "guests": ["bob@example.com", "chloé@bücher.example"]}','title=773b5de5;time=5f139e24;show_as=3e07f22f;kind=16e74603;notes=60166444;place=f991e7a2;color=266aa588;visibility=24ed6504;remind=624b5d2d;guests=2019215d','[]','failed','');
INSERT INTO "changes" VALUES(6,6,'create','a/5','a','personal',NULL,'','{"title": "Réflexion — “deep”", "start": "2026-11-23T08:00:00+00:00", "end": "2026-11-23T10:00:00+00:00", "zone": "Europe/Paris", "show_as": "free", "kind": "focus", "notes": "two\nlines", "place": "Bureau", "color": "7", "visibility": "private", "remind": [5, 10], "guests": ["bob@example.com", "chloé@bücher.example"]}','title=773b5de5;time=5f139e24;show_as=3e07f22f;kind=16e74603;notes=60166444;place=f991e7a2;color=266aa588;visibility=24ed6504;remind=624b5d2d;guests=2019215d','[]',NULL,'');
CREATE TABLE decisions (
            key TEXT PRIMARY KEY, rule TEXT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL, at TEXT NOT NULL)
            WITHOUT ROWID;
INSERT INTO "decisions" VALUES('a/1','a','pinned','[["after-event", {"title": "Board — “β”"}]]','2026-11-23T07:00:00+00:00');
INSERT INTO "decisions" VALUES('a/4','a','skipped','[["mailed", {}]]','2026-11-23T07:00:00+00:00');
CREATE TABLE drafts (
            key TEXT PRIMARY KEY, rule TEXT NOT NULL, message_id TEXT NOT NULL, digest TEXT NOT NULL,
            subject TEXT NOT NULL, recipients TEXT NOT NULL, due TEXT NOT NULL, made TEXT NOT NULL,
            status TEXT NOT NULL, source_end TEXT, run INTEGER REFERENCES runs (id), why TEXT NOT NULL DEFAULT '[]',
            removed_by INTEGER REFERENCES runs (id), removed_why TEXT NOT NULL DEFAULT '[]',
            message TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
INSERT INTO "drafts" VALUES('m/1','m','<1e9586014b3d83caa64dfb5384c028117112f1c5@agendad.invalid>','0123456789abcdef','Compte rendu — “deep”','["grace@example.org", "zoë@example.org"]','2026-11-23T06:30:00+00:00','2026-11-23T07:00:00+00:00','made',NULL,4,'[["after-event", {"title": "Board — “β”"}]]',NULL,'[]','');
INSERT INTO "drafts" VALUES('m/2','m','<d12e1787dc6f1a919531a054f2a939f8d11278a4@agendad.invalid>','0123456789abcdef','Compte rendu — “deep”','["grace@example.org", "zoë@example.org"]','2026-11-23T06:30:00+00:00','2026-11-23T07:00:00+00:00','withdrawn',NULL,4,'[["after-event", {"title": "Board — “β”"}]]',5,'[["mailed", {}]]','');
INSERT INTO "drafts" VALUES('m/3','m','<e2498908a3da5be1527d8e624cb0158f814c1d55@agendad.invalid>','0123456789abcdef','Compte rendu — “deep”','["grace@example.org", "zoë@example.org"]','2026-11-23T06:30:00+00:00','2026-11-23T07:00:00+00:00','sent','2026-11-23T06:00:00+00:00',NULL,'[]',NULL,'[]','');
CREATE TABLE runs (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, now TEXT NOT NULL, finished TEXT, result TEXT,
            undone INTEGER NOT NULL DEFAULT 0);
INSERT INTO "runs" VALUES(1,'apply','2026-11-23T07:00:00+00:00','2026-11-23T07:00:00+00:00','done',0);
INSERT INTO "runs" VALUES(2,'apply','2026-11-23T08:00:00+00:00','2026-11-23T08:00:00+00:00','done',0);
INSERT INTO "runs" VALUES(3,'apply','2026-11-23T09:00:00+00:00','2026-11-23T09:00:00+00:00','done',0);
INSERT INTO "runs" VALUES(4,'apply','2026-11-23T10:00:00+00:00','2026-11-23T10:00:00+00:00','done',0);
INSERT INTO "runs" VALUES(5,'apply','2026-11-23T11:00:00+00:00','2026-11-23T11:00:00+00:00','done',0);
INSERT INTO "runs" VALUES(6,'apply','2026-11-23T12:00:00+00:00',NULL,NULL,0);
CREATE TABLE written (
            key TEXT PRIMARY KEY, rule TEXT NOT NULL, calendar TEXT NOT NULL, start TEXT NOT NULL, end TEXT NOT NULL,
            digest TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "written" VALUES('a/1','a','personal','2026-12-24','2026-12-26','title=50accd74;time=06e1bfbe;show_as=d0eba251;kind=1080a608;notes=12ae32cb;place=12ae32cb;color=12ae32cb;visibility=1080a608;remind=74234e98;guests=4f53cda1');
CREATE INDEX open_changes ON changes (id) WHERE status IS NULL;
COMMIT;
