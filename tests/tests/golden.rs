//! Every folder of `golden/`: what is asked, the SQL that is made of it, and what PostgreSQL
//! answers. See `howdah_tests::golden` for the form of the files.

#![allow(clippy::unwrap_used)]

use howdah_tests::golden;
use std::collections::BTreeSet;

macro_rules! folders {
    ($($name:ident)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                golden::run(stringify!($name)).await;
            }
        )*

        #[test]
        fn every_folder_is_run() {
            let listed = BTreeSet::from([$(stringify!($name).to_owned()),*]);
            let found: BTreeSet<String> = std::fs::read_dir(golden::home())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
                .collect();
            assert_eq!(listed, found);
        }
    };
}

folders! {
    aggregate_predicates
    aggregates
    computed_fields
    distinct_on
    documents
    enum_tables
    errors
    functions
    inherited_roles
    introspection
    json_paths
    lenient
    limits
    names
    naming_convention
    numbers
    order_by
    permissions
    relationships
    select
    views
    where_arrays
    where_extensions
    where_jsonb
    where_postgis
    where_scalars
}
