package sqlite

// purgeRefusals are those of what purges leave.
var purgeRefusals = []string{
	`SELECT DISTINCT 'document ' || r.document || ': it is not noted that it lay on scan ' || json_extract(g.value, '$.scan')
		FROM revisions r, json_each(CAST(r.manifest AS TEXT), '$.regions') g WHERE json_type(g.value, '$.scan') = 'text'
		AND NOT EXISTS (SELECT 1 FROM ever_on e WHERE e.scan = unhex(json_extract(g.value, '$.scan')) AND e.document = r.document)`,
	`SELECT 'purge ' || id || ': ' || confirmed_by || ' asked for it and confirmed it' FROM purges WHERE confirmed_by = asked_by`,
	`SELECT 'purge ' || id || ': destroys, and nobody has confirmed it' FROM purges WHERE (state IN (2, 3)) <> (confirmed_by <> '')`,
	`SELECT 'purge ' || id || ': ' || confirmed_by || ', who confirmed it, is no person' FROM purges p
		WHERE confirmed_by NOT IN ('', 'local') AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = p.confirmed_by AND u.service = 0)`,
	`SELECT 'tombstone of ' || subject || ': belongs to no confirmed purge of document ' || document FROM tombstones t WHERE NOT EXISTS (
		SELECT 1 FROM purges p CROSS JOIN purge_documents d ON d.purge = p.id AND d.document = t.document WHERE p.id = t.purge AND p.state IN (2, 3))`,
	`SELECT 'document ' || id || ': was purged, and no purge of it was confirmed' FROM documents d WHERE purged_at <> 0 AND NOT EXISTS (
		SELECT 1 FROM purge_documents g CROSS JOIN purges p ON p.id = g.purge WHERE g.document = d.id AND p.state IN (2, 3))`,
	`SELECT 'document ' || d.id || ': its purge was confirmed, and it is there' FROM purges p CROSS JOIN purge_documents g ON g.purge = p.id
		CROSS JOIN documents d ON d.id = g.document WHERE p.state IN (2, 3) AND d.purged_at = 0`,
	`SELECT 'scan ' || lower(hex(digest)) || ': was purged, and no purge of it was confirmed' FROM scans s WHERE purged_at <> 0 AND NOT EXISTS (
		SELECT 1 FROM purge_scans g CROSS JOIN purges p ON p.id = g.purge WHERE g.scan = s.digest AND g.kept = 0 AND p.state IN (2, 3))`,
	`SELECT 'document ' || document || ': was purged, and is in ' || place FROM (
		SELECT document, 'the queue of reviews' AS place FROM reviews UNION SELECT document, 'the index of texts' FROM search_documents
		UNION SELECT document, 'the index of keys' FROM document_keys UNION SELECT document, 'links' FROM links
		UNION SELECT document, 'requests' FROM requests UNION SELECT document, 'words of events' FROM events WHERE regions <> ''
		UNION SELECT id, 'titles' FROM documents WHERE title <> '')
		WHERE EXISTS (SELECT 1 FROM documents d WHERE d.id = document AND d.purged_at <> 0)`,
}
