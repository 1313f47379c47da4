-- What a data folder of form 1 may hold; synthetic.
INSERT INTO work_items (uid, json, claim, transaction_uid, updated_at) VALUES
  ('2.25.1001', '{"00080018":{"vr":"UI","Value":["2.25.1001"]}}', 'ours', '2.25.77', '2026-11-02T14:30:00.000000+00:00');
INSERT INTO studies VALUES
  ('1.2.3', 'SYN-1', 'DEMO', 'SYNTHETIC^Ada', '19590314', 'F', 'A1', '20261102', '143000', 'CT head', '["CT"]', 'HEAD', '[]', 3);
INSERT INTO instances (sop_uid, study_uid, series_uid, sop_class, modality, number_of_frames, state, reason, size, sha256, transfer_syntax, received_at) VALUES
  ('1.2.3.1.1', '1.2.3', '1.2.3.1', '1.2.840.10008.5.1.4.1.1.2', 'CT', 1, 'received', '', 525776, 'ab', '1.2.840.10008.1.2.1', '2026-11-02T14:30:01.000000+00:00'),
  ('1.2.3.1.2', '1.2.3', '1.2.3.1', '1.2.840.10008.5.1.4.1.1.2', 'CT', 1, 'quarantined', 'broken', NULL, '', '', ''),
  ('1.2.3.1.3', '1.2.3', '1.2.3.1', '1.2.840.10008.5.1.4.1.1.2', 'CT', 1, 'expected', '', NULL, '', '', '');
INSERT INTO drafts VALUES ('2.25.1001', '{"findings":"No bleed."}', '2026-11-02T14:31:00.000000+00:00');
INSERT INTO reports VALUES
  ('r-1', 1, '["2.25.900"]', '["1.2.2"]', x'7b7d', '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a', 'a.b.c', '2026-11-02T13:00:00.000000+00:00', 'dr.demo');
INSERT INTO report_items VALUES ('2.25.900', 'r-1', 1);
INSERT INTO outbox (report_id, version, kind, target_uid, content_type, accession, state, attempts, sha256, created_at, updated_at, payload) VALUES
  ('r-1', 1, 'SR', '2.25.901', 'application/dicom', 'A0', 'sent', 1, 'cd', '2026-11-02T13:00:00.000000+00:00', '2026-11-02T13:00:02.000000+00:00', x'5352');
INSERT INTO notes VALUES ('read', '["2.25.900"]');
