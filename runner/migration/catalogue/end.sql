) o
LEFT JOIN comment ON comment.objoid = o.object AND comment.classoid = o.class AND comment.objsubid = o.part
LEFT JOIN (
  SELECT classoid, objoid, objsubid,
         string_agg(format('%s: %s', provider, label), E'\n' ORDER BY provider COLLATE "C") AS labels
  FROM (SELECT classoid, objoid, objsubid, provider, label FROM pg_seclabel
        UNION ALL SELECT classoid, objoid, 0, provider, label FROM pg_shseclabel) each
  GROUP BY classoid, objoid, objsubid
) label ON label.objoid = o.object AND label.classoid = o.class AND label.objsubid = o.part
