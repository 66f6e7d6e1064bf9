-- The first request with the stored refresh token whose answer is not stored: after a crash nothing else tells that the
-- provider may have replaced the refresh token.
ALTER TABLE app.connections ADD COLUMN refresh_started_at timestamptz(3);
GRANT UPDATE (refresh_started_at) ON app.connections TO patchbay_app;
