from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

# One spelling for everything that is looked for: small letters, no accents, apostrophes gone, other marks as spaces; a
# postcode also in one piece, and a telephone number without its country or leading nought. backend/casework/search.py
# does the same to what somebody types. Accents go first: in the locale “C” only unaccented capitals are made
# small. Immutable in truth: array_to_string is only called stable for the sake of other types.
FINDABLE = r"""
CREATE FUNCTION caseway_findable(words text, lines varchar[], postcode text, phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ' ' || regexp_replace(
        lower(
            regexp_replace(
                normalize(words || ' ' || array_to_string(lines, ' ') || ' ' || postcode || ' ' || replace(postcode, ' ', ''), NFKD),
                U&'[\0300-\036F''\2018\2019\02BC`\00B4]', '', 'g'
            )
        ) || ' ' || regexp_replace(regexp_replace(phone, '\D', '', 'g'), '^(0044|44|0)', ''),
        '[[:punct:][:space:]]+', ' ', 'g'
    ) || ' '
$$
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0004_notes_incidents_and_unplaced_evidence")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(FINDABLE, "DROP FUNCTION caseway_findable(text, varchar[], text, text)"),
    ]
