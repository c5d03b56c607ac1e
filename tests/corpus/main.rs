//! Real BizTalk projects, opened, checked and run. They are found below the folder `odx` of `ORCHESTRION_SHARED`;
//! without that variable only our own small samples are read.

mod shared;
