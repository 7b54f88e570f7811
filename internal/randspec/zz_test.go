package randspec
import ("testing";"os";"path/filepath";"strings";"fmt"
wgen "github.com/weirstream/weir/gen"
"github.com/weirstream/weir/spec/source"
)
func TestZZ(t *testing.T){
 dir:="/tmp/w/h8/gen"; os.RemoveAll(dir); os.MkdirAll(dir,0o755)
 mod,_:=os.ReadFile("../../go.mod"); sum,_:=os.ReadFile("../../go.sum")
 _,rest,_:=strings.Cut(string(mod),"\n")
 os.WriteFile(dir+"/go.mod",[]byte("module github.com/weirstream/weir/difftest\n"+rest+"\nrequire github.com/weirstream/weir v0.0.0\nreplace github.com/weirstream/weir => /work/main\n"),0o644)
 os.WriteFile(dir+"/go.sum",sum,0o644)
 errs:=map[string]int{}
 for seed:=range uint64(200){
  s:=New(seed,1+int(seed%5)); text:=s.Text()
  func(){
   defer func(){ if p:=recover();p!=nil{ m:=fmt.Sprint("panic ",p); if errs[m]==0{t.Logf("seed %d: %s", seed,m)}; errs[m]++ } }()
   r,d,err:=wgen.Compile(source.New(s.Service+".weir.yaml",[]byte(text)))
   if err!=nil||r==nil { m:=fmt.Sprint(d,err); if i:=strings.Index(m,"\n");i>0&&!strings.Contains(m,"parse"){m=m[:i]}; if len(errs)<25{t.Logf("seed %d: %s", seed,m)}; errs[m]++; return }
   os.MkdirAll(filepath.Join(dir,r.Package),0o755)
   os.WriteFile(filepath.Join(dir,r.Package,s.Service+".weir.yaml"),[]byte(text),0o644)
   for _,f:=range r.Files{ os.WriteFile(filepath.Join(dir,r.Package,f.Name),f.Data,0o644)}
  }()
 }
}
