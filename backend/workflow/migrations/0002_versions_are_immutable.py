"""A published version is never changed: open cases and letters already sent depend on it."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION workflow_version_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published version is never changed';
END $$;
CREATE TRIGGER workflow_version_immutable BEFORE UPDATE ON workflow_version
    FOR EACH ROW EXECUTE FUNCTION workflow_version_is_immutable();
CREATE TRIGGER workflow_packfiles_immutable BEFORE UPDATE ON workflow_packfiles
    FOR EACH ROW EXECUTE FUNCTION workflow_version_is_immutable();
"""
ALLOW = """
DROP TRIGGER workflow_version_immutable ON workflow_version;
DROP TRIGGER workflow_packfiles_immutable ON workflow_packfiles;
DROP FUNCTION workflow_version_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
