import os,pytest
from pathlib import Path
from backend.demo.landlord import invented, make_landlord
from backend.studio.trying import ScenarioFailed, play
from backend.workflow.packs import flattened, read_pack
@pytest.mark.django_db
def test_all(now):
    name=os.environ['PACK']; only=os.environ.get('ONLY')
    folder=Path('processes')/name
    pack=read_pack(flattened(folder)); own={p.stem for p in (folder/'scenarios').glob('*.toml')}
    landlord=make_landlord(now=now,given=invented(name))
    walked=set(); bad=0
    for n,s in pack.scenarios.items():
        if only=='own' and n not in own: continue
        if only and only!='own' and n not in only.split(','): continue
        try: walked|=play(s,landlord=landlord).lines
        except ScenarioFailed as e: bad+=1; print('FAIL',n,'|',e.sentence)
    files={p.name for p in folder.glob('*.bpmn')}
    for d in pack.diagrams.values():
        if d.file in files:
            for f in d.flows.values():
                if f.id not in walked: print('MISSED',d.file,d.elements[f.source].label,'->',f.name,'->',d.elements[f.target].label)
    print(len(pack.scenarios),'scenarios',bad,'bad')
