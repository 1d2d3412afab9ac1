-- A pass of the scheduler finds what is due in an index, however many are armed. What was armed before is looked at by the first.
ALTER TABLE schedules ADD COLUMN next_at INTEGER; -- when it is to be looked at; null: never
UPDATE schedules SET next_at = 0;
CREATE INDEX schedules_armed ON schedules (next_at) WHERE disarmed = '';
CREATE INDEX schedules_disarmed ON schedules (definition) WHERE disarmed <> '';

-- Runs that nobody was there for, which doctor and /readyz tell of for a day.
CREATE INDEX occurrences_missed ON occurrences (created_at, definition) WHERE state = 'missed';
