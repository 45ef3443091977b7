-- oldest code: 1
--
-- Whether the last look found a backup of the whole home; null where the list could not be read in full.

alter table home_status add column has_backup boolean;
